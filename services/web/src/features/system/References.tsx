import { Anchor, Text } from "@mantine/core";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import classes from "./SystemStatus.module.css";

/** What the gateway serves beside these pages. The mailbox is there in development only. */
export function References({ development }: { development: boolean }) {
  const { system: w } = useWords(adminPeople);
  const links = [
    { href: "/api-docs", name: w.apiDocs, about: w.apiDocsHint },
    { href: "/api-docs/live", name: w.liveDocs, about: w.liveDocsHint },
    ...(development ? [{ href: "/mailbox", name: w.mailbox, about: w.mailboxHint }] : []),
  ];
  return (
    <Card title={w.references}>
      <ul className={classes.links}>
        {links.map(({ href, name, about }) => (
          <li key={href}>
            {/* Other pages of the server: the router does not know them. */}
            <Anchor href={href}>{name}</Anchor>
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          </li>
        ))}
      </ul>
    </Card>
  );
}
