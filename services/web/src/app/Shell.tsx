import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";

import { AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useRole } from "@/api/useSession";
import { useShop } from "@/api/useShop";
import { useCartMerge } from "@/features/cart/useCartMerge";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Wordmark } from "@/ui/Wordmark";
import { MainMenu } from "./MainMenu";
import { OfflineBanner } from "./OfflineBanner";
import classes from "./Shell.module.css";
import { ShellTools } from "./ShellTools";
import { SkipLink } from "./SkipLink";
import { usePalette } from "./usePalette";
import { useShortcutHelp } from "./useShortcutHelp";

const Toasts = lazy(() => import("./Toasts").then((module) => ({ default: module.Toasts })));
const Palette = lazy(() => import("./Palette").then((module) => ({ default: module.Palette })));
const ShortcutHelp = lazy(() => import("./ShortcutHelp").then((module) => ({ default: module.ShortcutHelp })));
const NewOrderSignal = lazy(() =>
  import("@/features/work/NewOrderSignal").then(({ NewOrderSignal }) => ({ default: NewOrderSignal })),
);

/** The frame of the signed-in pages: menu, search, notifications, account. */
export function Shell() {
  const t = useWords(shell);
  const { name } = useShop();
  const role = useRole();
  useCartMerge();
  const [opened, { toggle, close }] = useDisclosure();
  const palette = usePalette();
  const help = useShortcutHelp();
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu of a phone closes with every change of the path
  useEffect(close, [path, close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="lg"
    >
      <SkipLink />
      <Suspense fallback={null}>
        <Toasts />
      </Suspense>
      <Suspense fallback={null}>
        {palette.isWanted && <Palette />}
        {help.isWanted && <ShortcutHelp opened={help.opened} onClose={help.close} />}
        {role === "STAFF" && <NewOrderSignal />}
      </Suspense>
      <AppShell.Header className={classes.header}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? t.closeMenu : t.openMenu}
              aria-expanded={opened}
            />
            <Link to="/" className={classes.brand}>
              <Wordmark name={name} />
            </Link>
          </Group>
          <ShellTools onSearch={palette.toggle} onHelp={help.open} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar}>
        <div className={classes.menu}>
          <MainMenu />
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <OfflineBanner />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
