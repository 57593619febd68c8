import { useQueryClient } from "@tanstack/react-query";

/** Loads what is shown of these paths again, now: after the user's own change. */
export function useRefetch(): (...paths: string[]) => Promise<unknown> {
  const client = useQueryClient();
  return (...paths) => Promise.all(paths.map((path) => client.invalidateQueries({ queryKey: ["get", path] })));
}
