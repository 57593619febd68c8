import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Order } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import type { OrderFilters } from "./filters";
import { OrdersList } from "./OrdersList";
import { anOrder, aPage } from "./testing";

const events = vi.hoisted(() => new Map<string, (payload: unknown) => void>());
vi.mock("@/live/useLive", () => ({
  useLive: (event: string, handler: (payload: unknown) => void) => events.set(event, handler),
  useCatchUp: () => undefined,
}));

const emit = (event: string, payload: unknown) => act(() => events.get(event)?.(payload));
const ORDERS = "GET /api/v1/orders";
const others = {
  "GET /api/v1/shop": () => ({ name: "Shop", currency: "USD" }),
  "GET /api/v1/admin/workers": () => aPage([]),
};
const shown = anOrder();

function list(filters: OrderFilters = {}, answer: () => unknown = () => aPage([shown])) {
  const sent = fakeApi({ [ORDERS]: answer, ...others });
  const onChange = vi.fn();
  return { ...show(<OrdersList filters={filters} onChange={onChange} />), sent, onChange };
}

beforeEach(() => events.clear());

test("lists orders, says how many, and asks the API for what the address says", async () => {
  const { sent } = list({ status: ["ON_HOLD"], cursor: "x" }, () =>
    aPage([shown], { total: 10_000, totalIsCapped: true }),
  );
  expect(await screen.findByRole("link", { name: shown.orderNumber })).toBeTruthy();
  expect(screen.getByText("More than 10,000 orders")).toBeTruthy();
  const query = sent.find(({ path }) => path === "/api/v1/orders")?.query;
  expect(Object.fromEntries(query ?? [])).toEqual({ status: "ON_HOLD", cursor: "x", limit: "50", total: "true" });
});

test("a row changes in place, an order that joins the list is counted", async () => {
  list({ status: ["PENDING"] });
  const row = () => screen.getByRole("link", { name: shown.orderNumber }).closest("tr") as HTMLElement;
  await screen.findByRole("link", { name: shown.orderNumber });
  emit("order:updated", { ...shown, version: 4, status: "ON_HOLD" } satisfies Order);
  expect(await within(row()).findByText("On hold")).toBeTruthy();
  emit("order:created", anOrder({ id: "2", orderNumber: "W261130-AAAAAAA" }));
  emit("order:updated", anOrder({ id: "2", orderNumber: "W261130-AAAAAAA", version: 4 }));
  emit("order:created", anOrder({ id: "3", status: "COMPLETED" }));
  expect(await screen.findByRole("button", { name: "1 new" })).toBeTruthy();
  expect(screen.queryByText("W261130-AAAAAAA")).toBeNull();
});

test("an older state of a row is not shown", async () => {
  list();
  await screen.findByRole("link", { name: shown.orderNumber });
  emit("order:updated", { ...shown, version: 2, status: "CANCELLED" } satisfies Order);
  const row = screen.getByRole("link", { name: shown.orderNumber }).closest("tr") as HTMLElement;
  expect(within(row).queryByText("Cancelled")).toBeNull();
});

test("another filter begins at the first page", async () => {
  const { user, onChange } = list({ cursor: "x", assigneeId: "01890a5d-0000-774b-bcce-b3020990000a" });
  await user.click(await screen.findByRole("button", { name: "Remove filter: Worker: One worker" }));
  expect(onChange).toHaveBeenCalledWith({ cursor: undefined, assigneeId: undefined });
});

test("columns are chosen and remembered, and go into a shared address", async () => {
  const { user, onChange } = list({ columns: ["status", "total"] });
  await screen.findByRole("link", { name: shown.orderNumber });
  expect(screen.queryByRole("columnheader", { name: "Customer" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Columns" }));
  await user.click(await screen.findByRole("checkbox", { name: "Customer" }));
  expect(onChange).toHaveBeenCalledWith({ columns: ["customer", "status", "total"] });
  expect(JSON.parse(localStorage.getItem("waybill.orders.columns") ?? "")).toEqual(["customer", "status", "total"]);
});

test("a view is saved with its columns, shown, deleted and brought back", async () => {
  const { user } = list({ status: ["PENDING"] });
  await user.click(await screen.findByRole("button", { name: "Save as a view" }));
  const form = await screen.findByRole("dialog");
  await user.click(within(form).getByRole("button", { name: "Save as a view" }));
  expect(await within(form).findByText("is required")).toBeTruthy();
  await user.type(within(form).getByLabelText("Name"), "Waiting ones");
  await user.click(within(form).getByRole("button", { name: "Save as a view" }));
  const link = await screen.findByRole("link", { name: "Waiting ones" });
  expect(link.getAttribute("aria-current")).toBe("page");
  const [kept] = JSON.parse(localStorage.getItem("waybill.orders.views") ?? "[]");
  expect(kept.search).toMatchObject({ status: ["PENDING"] });
  expect(kept.search.columns).toContain("customer");
  await user.click(screen.getByRole("button", { name: "Actions for the view “Waiting ones”" }));
  await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "Waiting ones" })).toBeNull());
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await screen.findByRole("link", { name: "Waiting ones" })).toBeTruthy();
});

test("says that nothing matches, or that there is nothing yet", async () => {
  const { unmount } = list({ q: "nobody" }, () => aPage([]));
  expect(await screen.findByText("Nothing matches")).toBeTruthy();
  unmount();
  list({}, () => aPage([]));
  expect(await screen.findByText("There are no orders yet")).toBeTruthy();
});

test("an error is shown in place, with a repeat", async () => {
  let attempts = 0;
  const { user } = list({}, () => {
    attempts += 1;
    return attempts === 1 ? refusal(422, "VALIDATION_ERROR", "the cursor is not of this list") : aPage([shown]);
  });
  expect((await screen.findByRole("alert")).textContent).toContain("The cursor is not of this list.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: shown.orderNumber })).toBeTruthy();
});
