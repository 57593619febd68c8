import { act, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { ChangeRequestWithOrder } from "@/api/schema";
import { fakeApi } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import type { RequestFilters } from "./filters";
import { RequestsInbox } from "./RequestsInbox";
import { anOrder, aPage, aRequest } from "./testing";
import { isRequested, statesOf } from "./useRequests";

const events = vi.hoisted(() => new Map<string, Set<(payload: unknown) => void>>());
vi.mock("@/live/useLive", async () => {
  const { useEffect } = await import("react");
  return {
    useLive: (event: string, handler: (payload: unknown) => void) =>
      useEffect(() => {
        const all = events.get(event) ?? new Set();
        events.set(event, all.add(handler));
        return () => void all.delete(handler);
      }),
    useCatchUp: () => undefined,
  };
});

function emit(event: string, payload: unknown) {
  act(() => {
    for (const handler of [...(events.get(event) ?? [])]) handler(payload);
  });
}

const first: ChangeRequestWithOrder = { ...aRequest(), order: anOrder() };
const cancellation = aRequest({ id: "01890a5d-0000-774b-bcce-b302099000ee", kind: "CANCELLATION" });
const second: ChangeRequestWithOrder = { ...cancellation, order: anOrder() };

function inbox(filters: RequestFilters = {}, rows = [first, second]) {
  const sent = fakeApi({
    "GET /api/v1/admin/change-requests": () => aPage(rows),
    "GET /api/v1/orders/{id}": () => anOrder(),
  });
  const onChange = vi.fn();
  const view = show(<RequestsInbox filters={filters} onChange={onChange} work={() => "the work"} />);
  return { ...view, sent, onChange };
}

beforeEach(() => events.clear());

test("lists open requests, and shows the work beside the chosen one", async () => {
  const { sent } = inbox({ request: first.id });
  expect(await screen.findByRole("heading", { name: "Request to complete" })).toBeTruthy();
  expect(await screen.findByText("the work")).toBeTruthy();
  expect(screen.getAllByText(/All drafts are in the files/).length).toBeGreaterThan(0);
  const query = sent.find(({ path }) => path.endsWith("change-requests"))?.query;
  expect(query?.getAll("state")).toEqual(["PENDING"]);
  expect(query?.get("expand")).toBe("order");
});

test("J and K move, Enter chooses", async () => {
  const { user, onChange } = inbox();
  await screen.findByText("Cancellation");
  await user.keyboard("jj{Enter}");
  expect(onChange).toHaveBeenLastCalledWith({ request: second.id });
});

test("a request that was decided elsewhere stays in view, and says so", async () => {
  inbox({ request: first.id });
  await screen.findByRole("button", { name: "Approve" });
  const decidedBy = { id: "j", name: "Joan Clarke", role: "ADMIN" };
  emit("change-request:decided", { ...aRequest(), state: "APPROVED", decidedBy, version: 2 });
  expect(await screen.findByText(/by Joan Clarke/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  expect(screen.getByRole("button", { name: "Next open request" })).toBeTruthy();
});

test("new requests are counted, and not those that the filters leave out", async () => {
  inbox({ kind: ["COMPLETION"] }, [first]);
  await screen.findByText(/All drafts are in the files/);
  emit("change-request:created", aRequest({ id: "3" }));
  emit("change-request:created", aRequest({ id: "4", kind: "CANCELLATION" }));
  expect(await screen.findByRole("button", { name: "1 new" })).toBeTruthy();
});

test("says that nothing waits, or that the request of the address is elsewhere", async () => {
  const { unmount } = inbox({}, []);
  expect(await screen.findByText("No request is open")).toBeTruthy();
  unmount();
  const { user, onChange } = inbox({ request: "01890a5d-0000-774b-bcce-b302099000ff" });
  await user.click(await screen.findByRole("button", { name: "Show requests of all states" }));
  expect(onChange.mock.calls[0]?.[0]).toMatchObject({ state: "ALL", request: "01890a5d-0000-774b-bcce-b302099000ff" });
});

test("without a state the open requests are listed", () => {
  expect(statesOf({})).toEqual(["PENDING"]);
  expect(statesOf({ state: "ALL" })).toBeUndefined();
  expect(isRequested(aRequest({ state: "APPROVED" }), {})).toBe(false);
  expect(isRequested(aRequest({ state: "APPROVED" }), { state: "ALL" })).toBe(true);
});
