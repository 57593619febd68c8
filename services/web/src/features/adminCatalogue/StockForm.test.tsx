import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { StockAdjustment } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { StockForm } from "./StockForm";
import { aProduct } from "./testing";

const POST = "POST /api/v1/products/{id}/stock";
const product = aProduct({ onHand: 40, reserved: 2, available: 38 });

const amount = () => screen.getByLabelText<HTMLInputElement>("Units to add");

test("shows the result before it is sent, and sends the difference with the reason and the version", async () => {
  const sent = fakeApi({ [POST]: () => aProduct({ onHand: 52, available: 50 }) });
  const { user } = show(<StockForm product={product} />);
  await user.click(await screen.findByRole("button", { name: "Delivery" }));
  await user.type(amount(), "12");
  expect(screen.getByRole("status").textContent).toBe("On hand: 40 → 52. Available then: 50.");
  await user.click(screen.getByRole("button", { name: "Change stock" }));
  await waitFor(() => expect(amount().value).toBe(""));
  expect(sent.find(({ method }) => method === "POST")?.body).toEqual({ delta: 12, reason: "Delivery", version: 3 });
});

test("a count is sent as the difference to what is on hand", async () => {
  const sent = fakeApi({ [POST]: () => aProduct({ onHand: 37 }) });
  const { user } = show(<StockForm product={product} />);
  await user.click(await screen.findByRole("button", { name: "Counted" }));
  await user.type(screen.getByLabelText("Units counted"), "37");
  await user.click(screen.getByRole("button", { name: "Change stock" }));
  await waitFor(() => expect(sent.length).toBeGreaterThan(0));
  expect(sent[0]?.body).toMatchObject({ delta: -3, reason: "Counted" });
});

test("does not send what would leave less than is reserved", async () => {
  const sent = fakeApi({});
  const { user } = show(<StockForm product={product} />);
  await user.click(await screen.findByRole("button", { name: "Damaged" }));
  await user.type(screen.getByLabelText("Units to remove"), "39");
  await user.click(screen.getByRole("button", { name: "Change stock" }));
  expect(await screen.findByText("2 are reserved for orders: at least these must stay.")).toBeTruthy();
  expect(sent).toEqual([]);
});

test("shows the server's refusal at the field, and keeps what was typed", async () => {
  const message = "must leave at least the reserved units, and at most a thousand million";
  const conflict = () => refusal(409, "CONFLICT", "38 are reserved", [{ field: "delta", message }]);
  fakeApi({ [POST]: conflict });
  const { user } = show(<StockForm product={product} />);
  await user.type(await screen.findByLabelText("Units to add"), "5");
  await user.click(screen.getByRole("button", { name: "Change stock" }));
  expect(await screen.findByText(/^Must leave at least the reserved units/)).toBeTruthy();
  expect(amount().value).toBe("5");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a repeat after a lost answer has the same key, another change a new one", async () => {
  const keys: (string | null)[] = [];
  const changes: StockAdjustment[] = [];
  fakeApi({
    [POST]: ({ headers, body }) => {
      keys.push(headers.get("idempotency-key"));
      changes.push(body as StockAdjustment);
      throw new TypeError("Failed to fetch");
    },
  });
  const { user } = show(<StockForm product={product} />);
  await user.type(await screen.findByLabelText("Units to add"), "5");
  const button = screen.getByRole("button", { name: "Change stock" });
  await user.click(button);
  await waitFor(() => expect(keys).toHaveLength(1));
  await screen.findByRole("alert");
  await user.click(button);
  await waitFor(() => expect(keys).toHaveLength(2));
  await user.type(amount(), "0");
  await user.click(button);
  await waitFor(() => expect(keys).toHaveLength(3));
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
  expect(changes.map(({ delta }) => delta)).toEqual([5, 5, 50]);
});
