import type { Detail, ErrorCode } from "./schema";

type Refused = {
  status: number;
  code: ErrorCode;
  message: string;
  details?: Detail[] | undefined;
  context?: Record<string, unknown> | undefined;
  requestId?: string | null | undefined;
  retryAfter?: number | null;
};

/** An answer of the API that is an error. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly details: Detail[];
  readonly context: Record<string, unknown>;
  readonly requestId: string | null;
  /** Seconds after which a repeat makes sense, if the answer says so. */
  readonly retryAfter: number | null;

  constructor(refused: Refused) {
    super(refused.message);
    this.name = "ApiError";
    this.status = refused.status;
    this.code = refused.code;
    this.details = refused.details ?? [];
    this.context = refused.context ?? {};
    this.requestId = refused.requestId ?? null;
    this.retryAfter = refused.retryAfter ?? null;
  }
}

/** What went wrong, for the pages: an error of the API, or no answer at all. */
export type Failure =
  | { kind: "refused"; error: ApiError }
  | { kind: "unreachable" }
  | { kind: "broken"; message: string };

/** A broken connection throws `TypeError` in every browser. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) {
    // A proxy before the gateway has no JSON for it.
    return error.status === 502 || error.status === 504 ? { kind: "unreachable" } : { kind: "refused", error };
  }
  if (error instanceof TypeError && /fetch|network|load/i.test(error.message)) return { kind: "unreachable" };
  return { kind: "broken", message: error instanceof Error ? error.message : String(error) };
}

export function isCode(error: unknown, ...codes: ErrorCode[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/** The error of a body in the API's error format; of anything else, from a proxy for instance, the status. */
export function refusedBy(status: number, text: string, header: (name: string) => string | null): ApiError {
  const seconds = Number(header("retry-after"));
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? seconds : null;
  const id = header("x-request-id");
  try {
    const { error, requestId } = JSON.parse(text);
    return new ApiError({ ...error, status, requestId: requestId ?? id, retryAfter });
  } catch {
    return new ApiError({ status, code: "INTERNAL", message: `HTTP ${status}`, requestId: id, retryAfter });
  }
}

export async function errorOf(response: Response): Promise<ApiError> {
  return refusedBy(response.status, await response.clone().text(), (name) => response.headers.get(name));
}
