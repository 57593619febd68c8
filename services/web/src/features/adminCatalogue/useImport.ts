import { useEffect, useEffectEvent, useRef, useState } from "react";
import { CATEGORIES } from "@/api/categories";
import { refetchNow } from "@/api/queryClient";
import type { ImportReport } from "@/api/schema";
import { type Upload, upload } from "@/api/upload";
import { frozen } from "./importReport";
import { PRODUCTS } from "./queries";

/** Where an import is. The share is what was sent; at 1 the shop is still at work. */
export type ImportStage =
  | { kind: "choose" }
  | { kind: "running"; dryRun: boolean; share: number }
  | { kind: "failed"; dryRun: boolean; error: unknown }
  | { kind: "reported"; report: ImportReport };

/** Checks a file first, and then imports the same one. */
export function useImport() {
  const [stage, setStage] = useState<ImportStage>({ kind: "choose" });
  const [file, setFile] = useState<File | null>(null);
  const running = useRef<Upload<ImportReport> | null>(null);
  const leave = useEffectEvent(() => running.current?.abort());
  useEffect(() => () => leave(), []);

  const run = async (of: File, dryRun: boolean): Promise<void> => {
    setStage({ kind: "running", dryRun, share: 0 });
    const path = `/api/v1/admin/products/import?dryRun=${dryRun}`;
    const started = upload<ImportReport>(path, of, (share) => setStage({ kind: "running", dryRun, share }));
    running.current = started;
    try {
      setStage({ kind: "reported", report: await started.done });
    } catch (error) {
      const aborted = error instanceof DOMException && error.name === "AbortError";
      setStage(aborted && dryRun ? { kind: "choose" } : { kind: "failed", dryRun, error });
    } finally {
      running.current = null;
      // Also after a failure: the lines before it were imported.
      if (!dryRun) void refetchNow(PRODUCTS, CATEGORIES);
    }
  };
  const check = async (chosen: File): Promise<void> => {
    try {
      const copy = await frozen(chosen);
      setFile(copy);
      await run(copy, true);
    } catch (error) {
      setStage({ kind: "failed", dryRun: true, error });
    }
  };
  const restart = (): void => {
    setFile(null);
    setStage({ kind: "choose" });
  };
  return {
    stage,
    file,
    check,
    // Without a file, it could not even be read.
    again: (dryRun: boolean) => (file ? void run(file, dryRun) : restart()),
    cancel: () => running.current?.abort(),
    restart,
  };
}
