import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { settingsOptions, useShowSettings } from "@/features/settings/queries";
import { SettingsForm } from "@/features/settings/SettingsForm";
import { adminPeople } from "@/i18n/en/adminPeople";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { FailureNote } from "@/ui/Failure";
import { Page } from "@/ui/Page";

/** How the shop works. */
export function SettingsPage() {
  const t = useWords(shell);
  const { settings: w } = useWords(adminPeople);
  const settings = useQuery(settingsOptions());
  const show = useShowSettings();
  useLive("settings:changed", show);
  useCatchUp(() => void settings.refetch());
  return (
    <Page title={t.settings} subtitle={w.subtitle}>
      {settings.isError && <FailureNote error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.isPending && (
        <Stack gap="lg">
          {Array.from({ length: 6 }, (_, index) => (
            <Skeleton key={index} height="16rem" />
          ))}
        </Stack>
      )}
      {settings.data && <SettingsForm settings={settings.data} onStale={() => void settings.refetch()} />}
    </Page>
  );
}
