import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { AuditTrail } from "./AuditTrail";
import { valueText } from "./Differences";
import { anAct, anOrder, aPage, aWorker } from "./testing";

const AUDIT = "GET /api/v1/admin/audit-log";
const others = {
  "GET /api/v1/admin/workers": () => aPage([aWorker()]),
  "GET /api/v1/shop": () => ({ name: "Shop", currency: "USD" }),
};

test("shows what changed from what to what, by whom and from where", async () => {
  const act = anAct({
    before: { orderNumber: "W1", status: "PENDING", assigneeId: null },
    after: { orderNumber: "W1", status: "IN_PROGRESS", assigneeId: aWorker().id },
  });
  const sent = fakeApi({ [AUDIT]: () => aPage([act]), ...others });
  show(<AuditTrail kind="order" id={anOrder().id} />);
  expect(await screen.findByText("Assigned to a worker")).toBeTruthy();
  expect(screen.getByText(/Joan Clarke \(Administrator\)/)).toBeTruthy();
  expect(screen.getByText("Waiting").tagName).toBe("DEL");
  expect(screen.getByText("In progress").tagName).toBe("INS");
  expect(await screen.findByText("Grace Hopper")).toBeTruthy();
  expect(screen.queryByText("W1")).toBeNull();
  expect(screen.getByText("192.0.2.7")).toBeTruthy();
  expect(screen.getByText("req-1")).toBeTruthy();
  const query = sent.find(({ path }) => path.endsWith("audit-log"))?.query;
  expect(Object.fromEntries(query ?? [])).toMatchObject({ targetKind: "order", targetId: anOrder().id, cursor: "" });
});

test("shows more on demand", async () => {
  const first = anAct({ action: "order.edit" });
  const second = anAct({ id: "2", action: "order.cancel" });
  fakeApi({
    [AUDIT]: ({ query }) => (query.get("cursor") ? aPage([second]) : aPage([first], { nextCursor: "next" })),
    ...others,
  });
  const { user } = show(<AuditTrail kind="order" id="1" />);
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Cancelled")).toBeTruthy();
  expect(screen.getByText("Edited")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

test("says that there is nothing, or that it could not be loaded", async () => {
  fakeApi({ [AUDIT]: () => aPage([]), ...others });
  const { unmount } = show(<AuditTrail kind="order" id="1" />);
  expect(await screen.findByText("No administrator has changed anything yet.")).toBeTruthy();
  unmount();
  fakeApi({ [AUDIT]: () => refusal(403, "FORBIDDEN", "not yours"), ...others });
  show(<AuditTrail kind="order" id="1" />);
  expect((await screen.findByRole("alert")).textContent).toContain("Not yours.");
});

test.each([
  ["status", "ON_HOLD", "On hold"],
  ["request.kind", "COMPLETION", "Completion"],
  ["request.state", "PENDING", "Open"],
  ["assigneeId", "g", "Grace"],
  ["assigneeId", "x", "x"],
  ["total", 1_999, "$19.99"],
  ["version", 1_999, "1,999"],
  ["guest", true, "Yes"],
  ["note", null, "nothing"],
  ["price", { amount: 5, currency: "USD" }, "$0.05"],
  [
    "items",
    [
      { name: "Mug", quantity: 2 },
      { name: "Cup", quantity: 1 },
    ],
    "2 × Mug, 1 × Cup",
  ],
  ["other", { a: 1 }, '{"a":1}'],
])("the value of %s %j is %s", (field, value, text) => {
  expect(valueText(field, value, { names: new Map([["g", "Grace"]]), currency: "USD" })).toBe(text);
});
