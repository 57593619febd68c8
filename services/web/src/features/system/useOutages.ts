import { useEffect, useState } from "react";
import type { SystemReport } from "@/api/schema";
import { type Outages, outages } from "./health";

/** Outlives the page, so that coming back to it does not begin anew. */
const KEY = "waybill.outages";

function kept(): Outages {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Outages;
  } catch {
    return {};
  }
}

/** Since when which part is down, as far as these pages saw it. */
export function useOutages(report: SystemReport | undefined): Outages {
  const [known, setKnown] = useState(kept);
  useEffect(() => {
    if (report) setKnown((before) => outages(before, report));
  }, [report]);
  useEffect(() => sessionStorage.setItem(KEY, JSON.stringify(known)), [known]);
  return known;
}
