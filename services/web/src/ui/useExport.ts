import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type Ask, type Exported, exportCsv } from "./exportCsv";
import { saveFile } from "./saveFile";

/** Runs one export at a time, tells how far it is, and can stop it. Leaving the page stops it too. */
export function useExport() {
  const [bytes, setBytes] = useState(0);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const attempt = useMutation({
    mutationFn: ({ ask, bom }: { ask: Ask; bom: boolean }): Promise<Exported> => {
      const control = new AbortController();
      running.current = control;
      setBytes(0);
      return exportCsv(ask, { bom, signal: control.signal, onBytes: setBytes });
    },
    onSuccess: ({ name, file }) => saveFile(file, name),
  });
  const isStopped = attempt.error instanceof DOMException && attempt.error.name === "AbortError";
  return {
    start: attempt.mutate,
    stop: () => running.current?.abort(),
    bytes,
    isRunning: attempt.isPending,
    isStopped,
    error: isStopped ? null : attempt.error,
    saved: attempt.data,
  };
}
