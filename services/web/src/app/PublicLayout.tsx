import { Container } from "@mantine/core";
import type { ReactNode } from "react";
import { Later } from "@/ui/Later";
import { PublicFooter } from "./PublicFooter";
import { PublicHeader } from "./PublicHeader";
import classes from "./PublicLayout.module.css";
import { SkipLink } from "./SkipLink";

/** The frame of the storefront. */
export function PublicLayout({ children }: { children: ReactNode }) {
  return (
    <div className={classes.page}>
      <SkipLink />
      <PublicHeader />
      <Later>
        <Container component="main" id="content" tabIndex={-1} size="72rem" py="xl" w="100%" className={classes.main}>
          {children}
        </Container>
        <PublicFooter />
      </Later>
    </div>
  );
}
