import { ActionIcon, Avatar, Group, Menu, UnstyledButton } from "@mantine/core";
import { LogOut, Search } from "lucide-react";
import { useUser } from "@/api/useSession";
import { useSignOut } from "@/features/account/useSignOut";
import { NotificationBell } from "@/features/notifications/NotificationBell";
import { common } from "@/i18n/en/common";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { initials } from "@/ui/format";
import { notify } from "@/ui/notify";
import { Preferences } from "./Preferences";

/** The right end of the header: search, notifications, account. */
export function ShellTools({ onSearch }: { onSearch: () => void }) {
  const t = useWords(common);
  const words = useWords(shell);
  const user = useUser();
  const signOut = useSignOut();
  if (!user) return null;
  const name = `${user.firstName} ${user.lastName}`.trim();
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionIcon variant="subtle" size="lg" aria-label={words.palette} onClick={onSearch}>
        <Search size={18} />
      </ActionIcon>
      <NotificationBell />
      <Menu width={230} position="bottom-end">
        <Menu.Target>
          <UnstyledButton aria-label={`${initials(name || user.email)}, ${words.account}`}>
            <Avatar size={34} radius="xl" color="carbon" src={user.avatarUrl} alt="">
              {initials(name || user.email)}
            </Avatar>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {name}
            <br />
            {user.email} · {t.role[user.role]}
          </Menu.Label>
          <Menu.Item
            leftSection={<LogOut size={16} />}
            onClick={() => signOut.mutate(undefined, { onError: notify.failure })}
          >
            {t.signOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Preferences />
    </Group>
  );
}
