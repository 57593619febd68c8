import { vi } from "vitest";
import type { Error as ApiErrorBody, Detail, ErrorCode } from "@/api/schema";

export type Sent = { method: string; path: string; query: URLSearchParams; headers: Headers; body: unknown };

/** Answers `fetch`. A route is "METHOD /path", with `{…}` for a part of any value; the answer is a body, or a `Response`. */
export type Routes = Record<string, (sent: Sent) => unknown>;

/** Answers the pages' requests in tests, and returns what was sent. An unknown route fails like the gateway's 404. */
export function fakeApi(routes: Routes): Sent[] {
  const all: Sent[] = [];
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(typeof input === "string" ? new URL(input, location.origin) : input, init);
    const url = new URL(request.url);
    const text = await request.text();
    const json = request.headers.get("content-type")?.includes("json");
    const sent: Sent = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: json && text ? JSON.parse(text) : text,
    };
    all.push(sent);
    const route = Object.keys(routes).find((key) => matches(key, sent));
    const answer = route
      ? routes[route]?.(sent)
      : refusal(404, "NOT_FOUND", `no route for ${sent.method} ${sent.path}`);
    if (answer instanceof Response) return answer;
    return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  });
  return all;
}

function matches(key: string, sent: Sent): boolean {
  const [method, path = ""] = key.split(" ");
  const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`);
  return method === sent.method && pattern.test(sent.path);
}

/** An answer in the API's error format. */
export function refusal(status: number, code: ErrorCode, message: string, details: Detail[] = []): Response {
  const body: ApiErrorBody = {
    success: false,
    error: { code, message, details },
    requestId: "test-request",
    timestamp: "2026-11-30T12:00:00Z",
  };
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}
