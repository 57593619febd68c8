import { NavLink, type NavLinkProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import { forwardRef } from "react";
import { useRole } from "@/api/useSession";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { DESTINATIONS } from "./navigation";

// Not in `ui/links`: public pages would load it, too.
const NavBase = forwardRef<HTMLAnchorElement, NavLinkProps & Omit<React.ComponentProps<"a">, "color">>((props, ref) => (
  <NavLink component="a" ref={ref} {...props} />
));
const NavItem = createLink(NavBase);

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
