import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { AuditRecord } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleOrder, sampleWorker } from "@/testing/samples";
import { show } from "@/testing/show";
import { TargetTrail } from "./TargetTrail";

const AUDIT = "GET /api/v1/admin/audit-log";
const order = sampleOrder();
const others = {
  "GET /api/v1/admin/workers": () => ({ items: [sampleWorker()], nextCursor: null }),
  "GET /api/v1/shop": () => ({ name: "Shop", currency: "USD" }),
};
const assigned: AuditRecord = {
  id: "01890a5d-ac96-774b-bcce-b302099000f1",
  action: "order.assign",
  actor: { id: "01890a5d-ac96-774b-bcce-b302099000f2", name: "Joan Clarke", role: "ADMIN" },
  targetKind: "order",
  targetId: order.id,
  before: { orderNumber: "W1", status: "PENDING", assigneeId: null },
  after: { orderNumber: "W1", status: "IN_PROGRESS", assigneeId: sampleWorker().id },
  clientAddress: "192.0.2.7",
  requestId: "req-1",
  at: "2026-11-30T11:00:00Z",
};

test("shows what changed from what to what, by whom and from where", async () => {
  const sent = fakeApi({ [AUDIT]: () => ({ items: [assigned], nextCursor: "next" }), ...others });
  show(<TargetTrail targetId={order.id} />);
  expect(await screen.findByText("Order assigned")).toBeTruthy();
  expect(screen.getByText(/Joan Clarke/).textContent).toBe("Joan Clarke (Administrator)");
  expect(screen.getByText("Waiting").tagName).toBe("DEL");
  expect(screen.getByText(/In progress/)).toBeTruthy();
  expect(await screen.findByRole("link", { name: "Grace Hopper" })).toBeTruthy();
  expect(screen.getByText("from 192.0.2.7")).toBeTruthy();
  expect(screen.getByRole("link", { name: "All" }).getAttribute("href")).toContain(order.id);
  const query = sent.find(({ path }) => path.endsWith("audit-log"))?.query;
  expect(query?.get("targetId")).toBe(order.id);
});

test("says that there is nothing, or that it could not be loaded", async () => {
  fakeApi({ [AUDIT]: () => ({ items: [], nextCursor: null }), ...others });
  const { unmount } = show(<TargetTrail targetId={order.id} />);
  expect(await screen.findByText("No administrator has changed anything yet.")).toBeTruthy();
  unmount();
  fakeApi({ [AUDIT]: () => refusal(403, "FORBIDDEN", "not yours"), ...others });
  show(<TargetTrail targetId={order.id} />);
  expect((await screen.findByRole("alert")).textContent).toContain("Not yours.");
});
