import { Container, Text } from "@mantine/core";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { RegisterForm } from "@/features/session/RegisterForm";
import { common } from "@/i18n/en/common";
import { session } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { TextLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { safeNext } from "../access";

const route = getRouteApi("/public/register");

/** Creates an account, and goes to where somebody wanted to go. */
export function RegisterPage() {
  const t = useWords(common);
  const w = useWords(session);
  const { next } = route.useSearch();
  const router = useRouter();
  return (
    <Container size="26rem" px={0}>
      <Page title={t.register} subtitle={w.whyRegister}>
        <Card>
          <RegisterForm next={next} onDone={() => router.history.push(safeNext(next))} />
        </Card>
        <Text ta="center">
          {w.haveAccount}{" "}
          <TextLink underline="always" to="/sign-in" search={{ next }}>
            {t.signIn}
          </TextLink>
        </Text>
      </Page>
    </Container>
  );
}
