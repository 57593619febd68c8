import { ActionIcon, Group } from "@mantine/core";
import { Search } from "lucide-react";
import { useUser } from "@/api/useSession";
import { NotificationBell } from "@/features/notifications/NotificationBell";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { AccountMenu } from "./AccountMenu";

/** The right end of the header: search, notifications, account. */
export function ShellTools({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) {
  const words = useWords(shell);
  const user = useUser();
  if (!user) return null;
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionIcon variant="subtle" size="lg" aria-label={words.palette} onClick={onSearch}>
        <Search size={18} />
      </ActionIcon>
      <NotificationBell />
      <AccountMenu user={user} onHelp={onHelp} />
    </Group>
  );
}
