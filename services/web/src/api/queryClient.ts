import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./failure";

/** How long an event waits for others before the lists that it changes are loaded again. Callers have 1,000 calls per 15 minutes. */
const TOGETHER = 5_000;

/** Only what a repeat can help: no answer, or a service that is away. */
function worthRepeating(count: number, error: unknown): boolean {
  if (count >= 2) return false;
  return !(error instanceof ApiError) || error.status >= 502;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: worthRepeating, staleTime: 30_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}

export const queryClient = newQueryClient();

const due = new Set<string>();
let last = 0;
let timer: ReturnType<typeof setTimeout> | null = null;

function reload(): void {
  timer = null;
  last = Date.now();
  for (const path of due) void queryClient.invalidateQueries({ queryKey: ["get", path] });
  due.clear();
}

/** Loads what is shown of these paths again: at once, but at most every five seconds. */
export function refetchSoon(...paths: string[]): void {
  for (const path of paths) due.add(path);
  if (!timer) timer = setTimeout(reload, Math.max(0, last + TOGETHER - Date.now()));
}

/** Loads what is shown of these paths again, now: after the user's own change. */
export function refetchNow(...paths: string[]): Promise<unknown> {
  return Promise.all(paths.map((path) => queryClient.invalidateQueries({ queryKey: ["get", path] })));
}
