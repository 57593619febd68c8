import type { SystemReport } from "@/api/schema";

/** Parts of the platform that work or do not: services by their names, database, bus, Redis. */
export type Parts = Record<string, boolean>;

/** A part that is down, and when these pages first saw it so: it may be down for longer. */
export type Outages = Record<string, string>;

export function partsOf({ services, database, bus, redis }: SystemReport): Parts {
  const parts = Object.entries(services).map(([name, { status }]) => [name, status === "UP"] as const);
  // What an installation does not have cannot be down.
  return {
    ...Object.fromEntries(parts),
    database: database !== "disconnected",
    bus: bus === "UP",
    redis: redis !== "disconnected",
  };
}

/** The outages after another report: known ones keep their beginning, ended ones are gone. */
export function outages(known: Outages, report: SystemReport): Outages {
  const down = Object.entries(partsOf(report)).filter(([, works]) => !works);
  return Object.fromEntries(down.map(([name]) => [name, known[name] ?? report.timestamp]));
}

/** The beginning of the oldest outage; null if everything works. */
export function since(known: Outages): string | null {
  return Object.values(known).sort()[0] ?? null;
}

/** Answers that take longer than this are worth a look, in milliseconds. */
export const SLOW = 500;
