import { Button, Group, Text } from "@mantine/core";
import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { bytes } from "@/ui/format";
import { saveFile } from "@/ui/saveFile";
import { exportProducts } from "./exportProducts";
import type { ProductFilters } from "./filters";

type Stage = { kind: "idle" } | { kind: "loading"; received: number } | { kind: "failed"; error: unknown };

/** Saves the products of the list as a CSV file, which can be imported again. */
export function ExportButton({ filters }: { filters: ProductFilters }) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const [stage, setStage] = useState<Stage>({ kind: "idle" });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = async () => {
    const control = new AbortController();
    running.current = control;
    setStage({ kind: "loading", received: 0 });
    try {
      const file = await exportProducts(filters, control.signal, (received) => setStage({ kind: "loading", received }));
      saveFile(file, "products.csv");
      setStage({ kind: "idle" });
    } catch (error) {
      setStage(control.signal.aborted ? { kind: "idle" } : { kind: "failed", error });
    }
  };
  if (stage.kind === "loading") {
    return (
      <Group gap="xs">
        <Text size="sm" className="figures">
          <span role="status">{t.exporting}</span> {bytes(stage.received)}
        </Text>
        <Button variant="default" onClick={() => running.current?.abort()}>
          {words.cancel}
        </Button>
      </Group>
    );
  }
  return (
    <>
      <Button variant="default" leftSection={<Download size={16} />} onClick={() => void start()}>
        {words.export}
      </Button>
      {stage.kind === "failed" && <FailureNote error={stage.error} onRetry={() => void start()} />}
    </>
  );
}
