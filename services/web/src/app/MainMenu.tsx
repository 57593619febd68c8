import { useRole } from "@/api/useSession";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { NavItem } from "@/ui/links";
import { DESTINATIONS } from "./navigation";

export function MainMenu() {
  const t = useWords(shell);
  const role = useRole();
  return (
    <nav aria-label={t.mainMenu}>
      {DESTINATIONS.filter(({ roles }) => role && roles.includes(role)).map(({ to, word, icon: Icon }) => (
        <NavItem
          key={to}
          to={to}
          label={t[word]}
          leftSection={<Icon size={18} aria-hidden="true" />}
          activeProps={{ active: true, "aria-current": "page" }}
        />
      ))}
    </nav>
  );
}
