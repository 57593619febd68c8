import { Anchor, Container, Group } from "@mantine/core";
import { useShop } from "@/api/useShop";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Preferences } from "./Preferences";
import classes from "./PublicLayout.module.css";

export function PublicFooter() {
  const words = useWords(shell);
  const { name, mailbox } = useShop();
  return (
    <footer className={`${classes.footer} no-print`}>
      <Container size="72rem" py="lg">
        <Group justify="space-between" gap="sm">
          <span>{name}</span>
          <Group gap="lg">
            <Anchor href="/api-docs/" size="sm">
              {words.apiDocs}
            </Anchor>
            {mailbox && (
              <Anchor href="/mailbox" size="sm">
                {words.mailbox}
              </Anchor>
            )}
            <Preferences />
          </Group>
        </Group>
      </Container>
    </footer>
  );
}
