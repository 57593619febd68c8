import { Avatar, type MantineColorScheme, Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CircleUser, Keyboard, LogOut } from "lucide-react";
import type { User } from "@/api/schema";
import { useSignOut } from "@/features/account/useSignOut";
import { common } from "@/i18n/en/common";
import { shell } from "@/i18n/en/shell";
import { chooseLanguage, LANGUAGES, type Language, useLanguage, useWords } from "@/i18n/language";
import { initials } from "@/ui/format";
import { notify } from "@/ui/notify";

/** Who is signed in: the own account, language and appearance, and the way out. */
export function AccountMenu({ user, onHelp }: { user: User; onHelp: () => void }) {
  const t = useWords(common);
  const words = useWords(shell);
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const name = `${user.firstName} ${user.lastName}`.trim();
  return (
    <Menu width={240} position="bottom-end">
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
        <Menu.Item component={Link} to="/account" leftSection={<CircleUser size={16} />}>
          {words.account}
        </Menu.Item>
        <Menu.Item
          leftSection={<Keyboard size={16} />}
          rightSection={<kbd className="code">?</kbd>}
          visibleFrom="sm"
          onClick={onHelp}
        >
          {words.shortcuts}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t.theme}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}>
          {Object.entries(t.themes).map(([scheme, label]) => (
            <Menu.RadioItem key={scheme} value={scheme}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Label>{t.language}</Menu.Label>
        <Menu.RadioGroup value={language} onChange={(tag) => void chooseLanguage(tag as Language)}>
          {Object.entries(LANGUAGES).map(([tag, label]) => (
            <Menu.RadioItem key={tag} value={tag} lang={tag}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item
          leftSection={<LogOut size={16} />}
          onClick={() => signOut.mutate(undefined, { onError: notify.failure })}
        >
          {t.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
