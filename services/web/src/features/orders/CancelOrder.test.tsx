import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { orderOptions } from "@/api/orders";
import type { Order } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleOrder } from "@/testing/samples";
import { show } from "@/testing/show";
import { CancelOrder } from "./CancelOrder";

const CANCEL = "POST /api/v1/orders/{id}/cancel";
const GET = "GET /api/v1/orders/{id}";
const order = sampleOrder({ version: 3, paymentStatus: "PAID" });

test("says what is paid back before it cancels, and sends the reason and the version", async () => {
  const sent = fakeApi({ [CANCEL]: () => ({ ...order, status: "CANCELLED", version: 4 }) });
  const onDone = vi.fn();
  const { user } = show(<CancelOrder order={order} refunds onDone={onDone} />);
  expect(await screen.findByText(/you get \$450\.00 back/)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Reason (optional)"));
  await user.type(screen.getByLabelText("Reason (optional)"), " Ordered twice. ");
  await user.click(screen.getByRole("button", { name: "Cancel and get $450.00 back" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent[0]?.body).toEqual({ version: 3, reason: "Ordered twice." });
});

test("promises no money for what was not paid, and needs no reason", async () => {
  const sent = fakeApi({ [CANCEL]: () => ({ ...order, status: "CANCELLED", version: 4 }) });
  const onDone = vi.fn();
  const unpaid = sampleOrder({ version: 3 });
  const { user } = show(<CancelOrder order={unpaid} refunds={false} onDone={onDone} />);
  await user.click(await screen.findByRole("button", { name: "Cancel order" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent[0]?.body).toEqual({ version: 3, reason: null });
  expect(screen.queryByText(/\$/)).toBeNull();
});

test("a conflict shows the new state, and keeps the reason", async () => {
  const fresh: Order = { ...order, version: 4, status: "IN_PROGRESS" };
  fakeApi({ [CANCEL]: () => refusal(409, "VERSION_CONFLICT", "the order was changed"), [GET]: () => fresh });
  const onDone = vi.fn();
  const { user, client } = show(<CancelOrder order={order} refunds onDone={onDone} />);
  await user.type(await screen.findByLabelText("Reason (optional)"), "Too late");
  await user.click(screen.getByRole("button", { name: /^Cancel and/ }));
  expect((await screen.findByRole("alert")).textContent).toContain("The order was changed.");
  expect(screen.getByLabelText<HTMLTextAreaElement>("Reason (optional)").value).toBe("Too late");
  const { queryKey } = orderOptions(order.id);
  await waitFor(() => expect(client.getQueryData<Order>(queryKey)?.status).toBe("IN_PROGRESS"));
  expect(onDone).not.toHaveBeenCalled();
});

test("can be left without cancelling", async () => {
  const sent = fakeApi({});
  const onDone = vi.fn();
  const { user } = show(<CancelOrder order={order} refunds onDone={onDone} />);
  await user.click(await screen.findByRole("button", { name: "Keep the order" }));
  expect(onDone).toHaveBeenCalled();
  expect(sent).toEqual([]);
});
