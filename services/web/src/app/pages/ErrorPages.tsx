import { Container } from "@mantine/core";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { NotAllowed } from "../access";

/** What is shown instead of a page that could not be loaded or drawn. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const t = useWords(common);
  const router = useRouter();
  if (error instanceof NotAllowed) {
    const action = <ButtonLink to="/">{t.home}</ButtonLink>;
    return <Empty title={t.notAllowed} hint={t.notAllowedHint} action={action} />;
  }
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Container size="sm" py="xl">
      <FailureNote error={error} onRetry={retry} />
    </Container>
  );
}

export function NotFoundPage() {
  const t = useWords(common);
  return <Empty title={t.notFound} hint={t.notFoundHint} action={<ButtonLink to="/">{t.home}</ButtonLink>} />;
}
