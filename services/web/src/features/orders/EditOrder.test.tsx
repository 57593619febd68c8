import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Order } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { show } from "@/testing/show";
import { EditOrder } from "./EditOrder";

const GET = "GET /api/v1/orders/{id}";
const PATCH = "PATCH /api/v1/orders/{id}";
const order = sampleOrder({ version: 3 });

const title = () => screen.findByLabelText<HTMLInputElement>("Title");
const save = () => screen.getByRole("button", { name: "Save" });

test("sends what was changed, with the version that was read", async () => {
  const sent = fakeApi({ [PATCH]: () => ({ ...order, title: "New logo", version: 4 }) });
  const onDone = vi.fn();
  const { user } = show(<EditOrder order={order} onDone={onDone} />);
  await user.clear(await title());
  await user.type(await title(), "New logo");
  await user.clear(screen.getByLabelText("Logo"));
  await user.type(screen.getByLabelText("Logo"), "2");
  await user.click(save());
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent[0]?.body).toEqual({
    title: "New logo",
    items: [{ productId: "0190-logo", quantity: 2 }],
    version: 3,
  });
});

test("sends nothing if nothing was changed", async () => {
  const sent = fakeApi({});
  const onDone = vi.fn();
  const { user } = show(<EditOrder order={order} onDone={onDone} />);
  await title();
  await user.click(save());
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent).toEqual([]);
});

test("a conflict keeps what was typed, shows the new state, and saves on top of it", async () => {
  const theirs: Order = { ...order, version: 4, title: "Their title", description: "Cold colours." };
  let conflict = true;
  const sent = fakeApi({
    [GET]: () => theirs,
    [PATCH]: () => (conflict ? refusal(409, "VERSION_CONFLICT", "changed meanwhile") : { ...theirs, version: 5 }),
  });
  const onDone = vi.fn();
  const { user } = show(<EditOrder order={order} onDone={onDone} />);
  await user.clear(await title());
  await user.type(await title(), "My title");
  await user.click(save());
  expect(await screen.findByText("It reads now: Their title")).toBeTruthy();
  expect((await title()).value).toBe("My title");
  expect(screen.getByLabelText<HTMLTextAreaElement>("Description").value).toBe("Cold colours.");
  conflict = false;
  await user.click(save());
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  const patches = sent.filter(({ method }) => method === "PATCH");
  expect(patches[1]?.body).toEqual({ title: "My title", version: 4 });
});

test("a refusal stands at its field, and the text stays", async () => {
  const message = "only 2 of Logo are left";
  fakeApi({
    [PATCH]: () => refusal(409, "OUT_OF_STOCK", message, [{ field: "items[0].quantity", message }]),
  });
  const { user } = show(<EditOrder order={order} onDone={() => undefined} />);
  await title();
  await user.clear(screen.getByLabelText("Logo"));
  await user.type(screen.getByLabelText("Logo"), "5");
  await user.click(save());
  await waitFor(() => expect(screen.getByLabelText("Logo").getAttribute("aria-invalid")).toBe("true"));
  expect(screen.getByLabelText<HTMLInputElement>("Logo").value).toBe("5");
  expect(document.activeElement).toBe(screen.getByLabelText("Logo"));
});

test("an order that cannot be edited any more says so, and the text stays", async () => {
  fakeApi({
    [GET]: () => ({ ...order, version: 4, status: "IN_PROGRESS" }),
    [PATCH]: () => refusal(409, "ORDER_NOT_EDITABLE", "only an order that is PENDING can be edited"),
  });
  const { user } = show(<EditOrder order={order} onDone={() => undefined} />);
  await user.type(await title(), "!");
  await user.click(save());
  expect(await screen.findByText("Only an order that is PENDING can be edited.")).toBeTruthy();
  expect((await title()).value).toBe("Logo for a bakery!");
});

test("warns before an edit that ends the offer", async () => {
  fakeApi({});
  const { user } = show(<EditOrder order={{ ...order, quote: sampleQuote() }} onDone={() => undefined} />);
  expect(screen.queryByText(/ends the offer/)).toBeNull();
  await user.type(await title(), "!");
  expect(screen.getByText(/ends the offer/)).toBeTruthy();
});

test("asks for the rest of an address", async () => {
  const sent = fakeApi({});
  const { user } = show(<EditOrder order={order} onDone={() => undefined} />);
  await user.type(await screen.findByLabelText("City"), "Berlin");
  await user.click(save());
  expect(await screen.findAllByText("is required")).toHaveLength(2);
  expect(document.activeElement).toBe(screen.getByLabelText("Street and number"));
  expect(sent).toEqual([]);
});
