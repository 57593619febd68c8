import { Button, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { claimsOf } from "@/api/session";
import { common } from "@/i18n/en/common";
import { session as words } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";
import { day } from "@/ui/format";
import { guestLink } from "./guestLink";

/** The link to a guest's order, to be kept: nothing else opens it on another device. */
export function KeepLink({ orderId, token }: { orderId: string; token: string }) {
  const t = useWords(common);
  const w = useWords(words);
  const link = guestLink(orderId, token);
  const claims = claimsOf(token);
  return (
    <Stack gap="sm">
      <Text size="sm">{w.keepLinkHint}</Text>
      <TextInput
        label={w.yourLink}
        description={claims && w.linkUntil(day(new Date(claims.until).toISOString()))}
        readOnly
        value={link}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Group gap="xs" className="no-print">
        <CopyButton value={link} timeout={3_000}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
              onClick={copy}
            >
              <span aria-live="polite">{copied ? t.copied : w.copyLink}</span>
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
