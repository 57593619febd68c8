import { describe, expect, test } from "vitest";
import type { Order, OrderStatus, PaymentStatus, QuoteState } from "@/api/schema";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { stagesOf } from "./stages";

/** "placed:done paid:current* …", where the star is the current one. */
function drawn(changes: Partial<Order>): string {
  const stages = stagesOf(sampleOrder(changes));
  return stages.map(({ id, state, current }) => `${id}:${state}${current ? "*" : ""}`).join(" ");
}

const eve = { id: "0190-eve", name: "Eve" };

describe("an order with a price", () => {
  test.each<[string, Partial<Order>, string]>([
    ["waits for payment", {}, "placed:done paid:current* working:ahead done:ahead"],
    [
      "still waits after a failed payment",
      { paymentStatus: "FAILED" },
      "placed:done paid:current* working:ahead done:ahead",
    ],
    [
      "waits while a payment is confirmed",
      { paymentStatus: "AUTHORIZED" },
      "placed:done paid:current* working:ahead done:ahead",
    ],
    ["waits for a worker", { paymentStatus: "PAID" }, "placed:done paid:done working:current* done:ahead"],
    [
      "goes on after a part of the money went back",
      { paymentStatus: "PARTIALLY_REFUNDED" },
      "placed:done paid:done working:current* done:ahead",
    ],
    [
      "stays at a payment that was refunded",
      { paymentStatus: "REFUNDED" },
      "placed:done paid:returned* working:ahead done:ahead",
    ],
    [
      "is being worked on",
      { status: "IN_PROGRESS", paymentStatus: "PAID", assignee: eve },
      "placed:done paid:done working:current* done:ahead",
    ],
    [
      "is being worked on before it is paid",
      { status: "IN_PROGRESS" },
      "placed:done paid:open working:current* done:ahead",
    ],
    [
      "is being worked on although the money went back",
      { status: "IN_PROGRESS", paymentStatus: "REFUNDED" },
      "placed:done paid:returned working:current* done:ahead",
    ],
    ["is done", { status: "COMPLETED", paymentStatus: "PAID" }, "placed:done paid:done working:done done:done*"],
    ["is done but not paid", { status: "COMPLETED" }, "placed:done paid:current* working:done done:done"],
    [
      "is done and refunded",
      { status: "COMPLETED", paymentStatus: "REFUNDED" },
      "placed:done paid:returned working:done done:done*",
    ],
  ])("%s", (_, changes, expected) => expect(drawn(changes)).toBe(expected));

  test("names its work by its kind", () => {
    const paid = { paymentStatus: "PAID" } as const;
    expect(drawn({ kind: "GOODS", ...paid })).toContain("shipping:current*");
    expect(drawn({ kind: "MIXED", ...paid })).toContain("workAndShipping:current*");
  });

  test("that costs nothing has no payment", () => {
    const free = { paymentStatus: "PAID", total: { amount: 0, currency: "USD" } } as const;
    expect(drawn(free)).toBe("placed:done working:current* done:ahead");
  });
});

describe("an order on hold", () => {
  test.each<[string, Partial<Order>, string]>([
    ["before it was paid", {}, "placed:done paid:held* working:ahead done:ahead"],
    ["before a worker had it", { paymentStatus: "PAID" }, "placed:done paid:done working:held* done:ahead"],
    ["with a worker", { paymentStatus: "PAID", assignee: eve }, "placed:done paid:done working:held* done:ahead"],
    ["with a worker, not paid", { assignee: eve }, "placed:done paid:open working:held* done:ahead"],
    [
      "before it had a price",
      { quote: sampleQuote({ state: "REQUESTED", offeredAt: null }) },
      "placed:done priced:held* accepted:ahead paid:ahead working:ahead done:ahead",
    ],
  ])("%s", (_, changes, expected) => expect(drawn({ status: "ON_HOLD", ...changes })).toBe(expected));
});

describe("a request for a quote", () => {
  const unpriced = { total: { amount: 0, currency: "USD" }, items: [] };
  test.each<[string, Partial<Order>, string]>([
    [
      "waits for a price",
      { quote: sampleQuote({ state: "REQUESTED", offeredAt: null }) },
      "placed:done priced:current* accepted:ahead paid:ahead working:ahead done:ahead",
    ],
    [
      "waits for its customer's answer",
      { quote: sampleQuote() },
      "placed:done priced:done accepted:current* paid:ahead working:ahead done:ahead",
    ],
    [
      "waits for another price after the offer ended",
      { quote: sampleQuote({ state: "EXPIRED" }) },
      "placed:done priced:current* accepted:ahead paid:ahead working:ahead done:ahead",
    ],
    [
      "is paid after it was accepted",
      { quote: sampleQuote({ state: "ACCEPTED" }), total: { amount: 45000, currency: "USD" } },
      "placed:done priced:done accepted:done paid:current* working:ahead done:ahead",
    ],
    [
      "is not paid if the accepted offer costs nothing",
      { quote: sampleQuote({ state: "ACCEPTED" }), paymentStatus: "PAID" },
      "placed:done priced:done accepted:done working:current* done:ahead",
    ],
  ])("%s", (_, changes, expected) => expect(drawn({ ...unpriced, ...changes })).toBe(expected));

  test("says when it was offered and accepted", () => {
    const quote = sampleQuote({ state: "ACCEPTED", acceptedAt: "2026-12-02T08:00:00Z" });
    const times = Object.fromEntries(stagesOf(sampleOrder({ quote })).map(({ id, at }) => [id, at]));
    expect(times).toMatchObject({
      placed: "2026-11-30T10:00:00Z",
      priced: "2026-12-01T09:00:00Z",
      accepted: "2026-12-02T08:00:00Z",
      paid: null,
      done: null,
    });
  });
});

describe("a cancelled order", () => {
  test.each<[string, Partial<Order>, string]>([
    ["was never paid", {}, "placed:done cancelled:stopped*"],
    ["gets its money back", { paymentStatus: "PAID" }, "placed:done paid:done cancelled:stopped refunded:current*"],
    [
      "gets the rest of its money back",
      { paymentStatus: "PARTIALLY_REFUNDED" },
      "placed:done paid:done cancelled:stopped refunded:current*",
    ],
    ["has its money back", { paymentStatus: "REFUNDED" }, "placed:done paid:returned cancelled:stopped refunded:done*"],
    [
      "cost nothing",
      { paymentStatus: "PAID", total: { amount: 0, currency: "USD" } },
      "placed:done cancelled:stopped*",
    ],
    ["goes on as another one", { replacedById: "0190-other" }, "placed:done replaced:stopped*"],
    ["had an offer", { quote: sampleQuote() }, "placed:done priced:done cancelled:stopped*"],
    [
      "had no offer yet",
      { quote: sampleQuote({ state: "REQUESTED", offeredAt: null }) },
      "placed:done cancelled:stopped*",
    ],
    [
      "had an accepted offer",
      { quote: sampleQuote({ state: "ACCEPTED" }) },
      "placed:done priced:done accepted:done cancelled:stopped*",
    ],
  ])("%s", (_, changes, expected) => expect(drawn({ status: "CANCELLED", ...changes })).toBe(expected));
});

test("every state of an order has exactly one current stage", () => {
  const statuses: OrderStatus[] = ["PENDING", "IN_PROGRESS", "ON_HOLD", "COMPLETED", "CANCELLED"];
  const payments: PaymentStatus[] = ["UNPAID", "AUTHORIZED", "PAID", "PARTIALLY_REFUNDED", "REFUNDED", "FAILED"];
  const states: QuoteState[] = ["REQUESTED", "OFFERED", "ACCEPTED", "EXPIRED"];
  const quotes = [null, ...states.map((state) => sampleQuote({ state }))];
  for (const status of statuses) {
    for (const paymentStatus of payments) {
      for (const quote of quotes) {
        for (const assignee of [null, eve]) {
          const stages = stagesOf(sampleOrder({ status, paymentStatus, quote, assignee }));
          expect(stages.filter(({ current }) => current)).toHaveLength(1);
          expect(stages[0]).toMatchObject({ id: "placed", state: "done" });
        }
      }
    }
  }
});
