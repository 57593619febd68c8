import { Container } from "@mantine/core";
import { Outlet } from "@tanstack/react-router";
import { PublicFooter } from "./PublicFooter";
import { PublicHeader } from "./PublicHeader";
import classes from "./PublicLayout.module.css";
import { SkipLink } from "./SkipLink";

/** The frame of the storefront. */
export function PublicLayout() {
  return (
    <div className={classes.page}>
      <SkipLink />
      <PublicHeader />
      <Container component="main" id="content" tabIndex={-1} size="72rem" py="xl" w="100%" className={classes.main}>
        <Outlet />
      </Container>
      <PublicFooter />
    </div>
  );
}
