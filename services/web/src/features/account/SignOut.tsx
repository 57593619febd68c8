import { Button, Stack, Text } from "@mantine/core";
import { LogOut } from "lucide-react";
import { account as words } from "@/i18n/en/account";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { useSignOut } from "./useSignOut";

/** Signs out on this device. */
export function SignOut() {
  const t = useWords(common);
  const w = useWords(words);
  const attempt = useSignOut();
  return (
    <Stack align="flex-start">
      <Text size="sm" c="dimmed">
        {w.signOutHint}
      </Text>
      {attempt.isError && <FailureNote error={attempt.error} onRetry={() => attempt.mutate()} />}
      <Button
        variant="default"
        leftSection={<LogOut size={16} aria-hidden="true" />}
        loading={attempt.isPending}
        onClick={() => attempt.mutate()}
      >
        {t.signOut}
      </Button>
    </Stack>
  );
}
