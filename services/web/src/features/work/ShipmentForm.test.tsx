import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi, refusal, type Sent } from "@/testing/fakeApi";
import { sampleOrder } from "@/testing/samples";
import { show } from "@/testing/show";
import { ShipmentForm } from "./ShipmentForm";

const LIST = "GET /api/v1/orders/{id}/shipments";
const CREATE = "POST /api/v1/orders/{id}/shipments";
const price = { amount: 1000, currency: "USD" };
const order = sampleOrder({
  kind: "MIXED",
  status: "IN_PROGRESS",
  paymentStatus: "PAID",
  items: [
    {
      productId: "mug",
      name: "Mug",
      kind: "GOODS",
      quantity: 3,
      refundedQuantity: 0,
      unitPrice: price,
      lineTotal: price,
    },
  ],
});
const none = () => ({ items: [], nextCursor: null });
const created = (sent: Sent) => ({ id: "0190-parcel", orderId: order.id, ...(sent.body as object), version: 1 });
const posts = (sent: Sent[]) => sent.filter(({ method }) => method === "POST");

test("ships what is left at once", async () => {
  const sent = fakeApi({ [LIST]: none, [CREATE]: created });
  const onDone = vi.fn();
  const { user } = show(<ShipmentForm order={order} onDone={onDone} />);
  await user.type(await screen.findByLabelText("Carrier"), "DHL");
  await user.type(screen.getByLabelText("Tracking number"), "00340");
  await user.click(screen.getByRole("button", { name: "Ship now" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(posts(sent)[0]?.body).toMatchObject({
    state: "SHIPPED",
    lines: [{ productId: "mug", quantity: 3 }],
    carrier: "DHL",
    trackingNumber: "00340",
  });
});

test("only packs a part", async () => {
  const sent = fakeApi({ [LIST]: none, [CREATE]: created });
  const { user } = show(<ShipmentForm order={order} onDone={() => undefined} />);
  const units = await screen.findByLabelText("Mug");
  await user.clear(units);
  await user.type(units, "2");
  await user.click(screen.getByRole("button", { name: "Only pack" }));
  await waitFor(() => expect(posts(sent).length).toBe(1));
  expect(posts(sent)[0]?.body).toMatchObject({ state: "PREPARING", lines: [{ productId: "mug", quantity: 2 }] });
});

test("sends nothing if nothing is packed", async () => {
  const sent = fakeApi({ [LIST]: none, [CREATE]: created });
  const { user } = show(<ShipmentForm order={order} onDone={() => undefined} />);
  const units = await screen.findByLabelText("Mug");
  await user.clear(units);
  await user.click(screen.getByRole("button", { name: "Ship now" }));
  expect(await screen.findByText("Put something into the shipment")).toBeTruthy();
  expect(posts(sent)).toEqual([]);
});

test("after a lost answer the same shipment is sent with the same key", async () => {
  let lost = true;
  const sent = fakeApi({
    [LIST]: none,
    [CREATE]: (one) => {
      if (!lost) return created(one);
      lost = false;
      return refusal(503, "UNAVAILABLE", "the shop is away");
    },
  });
  const onDone = vi.fn();
  const { user } = show(<ShipmentForm order={order} onDone={onDone} />);
  await user.type(await screen.findByLabelText("Carrier"), "UPS");
  await user.click(screen.getByRole("button", { name: "Ship now" }));
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Carrier").value).toBe("UPS");
  await user.click(screen.getByRole("button", { name: "Ship now" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  const keys = posts(sent).map(({ headers }) => headers.get("idempotency-key"));
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
});
