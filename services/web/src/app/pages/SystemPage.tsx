import { SystemStatus } from "@/features/system/SystemStatus";
import { adminPeople } from "@/i18n/en/adminPeople";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

/** Whether the platform works. */
export function SystemPage() {
  const t = useWords(shell);
  const { system: w } = useWords(adminPeople);
  return (
    <Page title={t.system} subtitle={w.subtitle}>
      <SystemStatus />
    </Page>
  );
}
