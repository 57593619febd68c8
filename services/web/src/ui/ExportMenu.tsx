import { Button, Checkbox, Group, Loader, Popover, Stack, Text } from "@mantine/core";
import { Download } from "lucide-react";
import { useState } from "react";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import type { Ask } from "./exportCsv";
import { FailureNote } from "./Failure";
import { bytes } from "./format";
import { useExport } from "./useExport";

type Props = {
  ask: Ask;
  /** What is exported. */
  what: string;
};

/** Exports a list, all pages of it, as CSV. The export goes on while the panel is closed. */
export function ExportMenu({ ask, what }: Props) {
  const c = useWords(common);
  const run = useExport();
  const [bom, setBom] = useState(true);
  return (
    <Popover position="bottom-end" shadow="md" width="min(22rem, 92vw)" trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={run.isRunning ? <Loader size={14} /> : <Download size={14} aria-hidden="true" />}
        >
          {run.isRunning ? `${c.export} · ${bytes(run.bytes)}` : c.export}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={c.export}>
        <ExportPanel run={run} bom={bom} onBom={setBom} what={what} onStart={() => run.start({ ask, bom })} />
      </Popover.Dropdown>
    </Popover>
  );
}

type PanelProps = {
  run: ReturnType<typeof useExport>;
  bom: boolean;
  onBom: (bom: boolean) => void;
  what: string;
  onStart: () => void;
};

function ExportPanel({ run, bom, onBom, what, onStart }: PanelProps) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  return (
    <Stack gap="sm">
      <Text size="sm">{what}</Text>
      <Checkbox
        label={t.forExcel}
        description={t.forExcelHint}
        checked={bom}
        disabled={run.isRunning}
        onChange={(event) => onBom(event.currentTarget.checked)}
      />
      {run.error && <FailureNote error={run.error} />}
      <div role="status">
        {run.isRunning && <Text size="sm">{t.exporting}</Text>}
        {run.isStopped && <Text size="sm">{t.exportStopped}</Text>}
        {run.saved && !run.isRunning && <Text size="sm">{t.exported(run.saved.name, bytes(run.saved.file.size))}</Text>}
      </div>
      <Group justify="space-between">
        {run.isRunning ? (
          <>
            <Text size="sm" className="figures">
              {t.soFar(bytes(run.bytes))}
            </Text>
            <Button variant="default" onClick={run.stop}>
              {c.cancel}
            </Button>
          </>
        ) : (
          <Button onClick={onStart}>{run.error ? c.retry : t.startExport}</Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {t.exportHint}
      </Text>
    </Stack>
  );
}
