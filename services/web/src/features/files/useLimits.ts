import { type QueryClient, useQuery } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { ApiError } from "@/api/failure";
import { useRole } from "@/api/useSession";
import { ALL_TYPES, type Limits, typesOf } from "./content";

const KEY = ["file-limits"];
const UNKNOWN: Limits = { maxBytes: null, types: ALL_TYPES };

/** What a refusal says about the limits. */
export function learned(known: Limits, error: ApiError): Limits {
  const { limit, allowed } = error.context;
  if (error.code === "PAYLOAD_TOO_LARGE" && typeof limit === "number") return { ...known, maxBytes: limit };
  if (error.code === "UNSUPPORTED_MEDIA_TYPE" && Array.isArray(allowed) && typesOf(allowed).length > 0) {
    return { ...known, types: typesOf(allowed) };
  }
  return known;
}

/** Remembers what a refusal says about the limits, so that the next file is checked before it is sent. */
export function learnLimits(client: QueryClient, error: ApiError): void {
  client.setQueryData<Limits>(KEY, (known) => learned(known ?? UNKNOWN, error));
}

/** What the shop takes. Only administrators may read its settings; others learn the limits by a refusal. */
export function useLimits(): Limits {
  const admin = useRole() === "ADMIN";
  const settings = $api.useQuery("get", "/api/v1/admin/settings", {}, { enabled: admin, staleTime: 600_000 }).data;
  const kept = useQuery({
    queryKey: KEY,
    queryFn: () => UNKNOWN,
    initialData: UNKNOWN,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  }).data;
  return settings ? { maxBytes: settings.maxFileBytes, types: settings.allowedFileTypes } : kept;
}
