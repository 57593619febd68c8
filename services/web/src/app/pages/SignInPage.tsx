import { Container, Text } from "@mantine/core";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { SignInForm } from "@/features/session/SignInForm";
import { common } from "@/i18n/en/common";
import { session } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { safeNext } from "../access";

const route = getRouteApi("/public/sign-in");

/** Signs in, and goes to where somebody wanted to go. */
export function SignInPage() {
  const t = useWords(common);
  const w = useWords(session);
  const { next } = route.useSearch();
  const router = useRouter();
  return (
    <Container size="24rem" px={0}>
      <Page title={t.signIn}>
        <SignInForm onDone={() => router.history.push(safeNext(next))}>
          <Text ta="center">
            {w.newHere}{" "}
            <TextLink to="/register" search={{ next }} underline="always">
              {t.register}
            </TextLink>
          </Text>
        </SignInForm>
      </Page>
    </Container>
  );
}
