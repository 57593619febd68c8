import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { FileSpreadsheet } from "lucide-react";
import { useState } from "react";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { bytes, percent } from "@/ui/format";
import { ButtonLink } from "@/ui/links";
import { saveFile } from "@/ui/saveFile";
import { DropZone } from "./DropZone";
import { ImportColumns } from "./ImportColumns";
import { ImportReportCard } from "./ImportReportCard";
import { csv, hasChanges, MAX_IMPORT_BYTES, templateRows } from "./importReport";
import { useImport } from "./useImport";

/** Imports products from a CSV file: first a check that changes nothing, then the import of the same file. */
export function ImportProducts({ currency }: { currency: string }) {
  const work = useImport();
  const { stage, file } = work;
  return (
    <Stack gap="lg">
      {stage.kind === "choose" && <Choose currency={currency} onFile={(chosen) => void work.check(chosen)} />}
      {stage.kind === "running" && <Running {...stage} name={file?.name ?? ""} onCancel={work.cancel} />}
      {stage.kind === "failed" && (
        <Failed {...stage} onAgain={() => work.again(stage.dryRun)} onRestart={work.restart} />
      )}
      {stage.kind === "reported" && (
        <>
          <Next
            name={file?.name ?? ""}
            dryRun={stage.report.dryRun}
            changes={hasChanges(stage.report)}
            onImport={() => work.again(false)}
            onRestart={work.restart}
          />
          <ImportReportCard key={String(stage.report.dryRun)} report={stage.report} />
        </>
      )}
    </Stack>
  );
}

function Choose({ currency, onFile }: { currency: string; onFile: (file: File) => void }) {
  const t = useWords(adminCatalogue);
  const [problem, setProblem] = useState<string | null>(null);
  const take = (file: File | undefined) => {
    if (!file) return;
    const tooLarge = file.size > MAX_IMPORT_BYTES;
    setProblem(tooLarge ? t.importTooLarge(bytes(MAX_IMPORT_BYTES)) : null);
    if (!tooLarge) onFile(file);
  };
  return (
    <Card title={t.importFile}>
      <Stack>
        <Text>{t.importHint}</Text>
        <DropZone
          label={t.importFile}
          choose={t.chooseCsv}
          hint={t.csvHint(bytes(MAX_IMPORT_BYTES))}
          accept=".csv,.tsv,.txt,text/csv"
          onFiles={([file]) => take(file)}
        />
        {problem && (
          <Text role="alert" c="var(--wb-bad)" size="sm">
            {problem}
          </Text>
        )}
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {t.templateHint}
          </Text>
          <Button
            variant="default"
            leftSection={<FileSpreadsheet size={16} />}
            onClick={() => saveFile(csv(templateRows(currency)), "products-template.csv")}
          >
            {t.template}
          </Button>
        </Group>
        <ImportColumns currency={currency} />
      </Stack>
    </Card>
  );
}

type RunningProps = { name: string; dryRun: boolean; share: number; onCancel: () => void };

function Running({ name, dryRun, share, onCancel }: RunningProps) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const sent = share >= 1;
  return (
    <Card title={name}>
      <Stack>
        <Group justify="space-between">
          <span role="status">{sent ? (dryRun ? t.checking : t.importing) : t.sending}</span>
          <span className="figures">{percent(share)}</span>
        </Group>
        <Progress value={share * 100} animated={sent} aria-label={name} />
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {!dryRun && t.importGoesOn}
          </Text>
          <Button variant="default" onClick={onCancel}>
            {words.cancel}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

type FailedProps = { dryRun: boolean; error: unknown; onAgain: () => void; onRestart: () => void };

function Failed({ dryRun, error, onAgain, onRestart }: FailedProps) {
  const t = useWords(adminCatalogue);
  const aborted = error instanceof DOMException && error.name === "AbortError";
  return (
    <Stack>
      {aborted ? <Text role="alert">{t.importStopped}</Text> : <FailureNote error={error} onRetry={onAgain} />}
      {!dryRun && <Text>{t.importAgainHint}</Text>}
      <Group>
        {aborted && <Button onClick={onAgain}>{t.importAgain}</Button>}
        <Button variant="default" onClick={onRestart}>
          {t.otherFile}
        </Button>
      </Group>
    </Stack>
  );
}

type NextProps = { name: string; dryRun: boolean; changes: boolean; onImport: () => void; onRestart: () => void };

/** What the report means, and what can be done now. */
function Next({ name, dryRun, changes, onImport, onRestart }: NextProps) {
  const t = useWords(adminCatalogue);
  const title = !dryRun ? t.imported(name) : changes ? t.checked(name) : t.nothingToImport(name);
  return (
    <Group justify="space-between">
      <Text role="status" fw={600}>
        {title}
      </Text>
      <Group gap="xs">
        <Button variant="default" onClick={onRestart}>
          {t.otherFile}
        </Button>
        {dryRun ? (
          <Button disabled={!changes} onClick={onImport}>
            {t.importNow}
          </Button>
        ) : (
          <ButtonLink to="/admin/products">{t.toProducts}</ButtonLink>
        )}
      </Group>
    </Group>
  );
}
