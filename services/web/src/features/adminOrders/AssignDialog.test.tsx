import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { OrderResult } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleWorker } from "@/testing/samples";
import { show } from "@/testing/show";
import { AssignSteps } from "./AssignDialog";
import { anOrder, aPage } from "./testing";

const WORKERS = "GET /api/v1/admin/workers";
const ASSIGN = "POST /api/v1/orders/assign";

const idle = sampleWorker({ id: "01890a5d-0000-774b-bcce-b302099000a1", name: "Alan Turing", openOrders: 0 });
const full = sampleWorker({ id: "01890a5d-0000-774b-bcce-b302099000a2", name: "Full House", openOrders: 5 });
const gone = sampleWorker({ id: "01890a5d-0000-774b-bcce-b302099000a3", name: "Gone Away", active: false });

const results: OrderResult[] = [
  { orderId: "1", order: anOrder({ id: "1" }), error: null },
  { orderId: "2", order: null, error: { code: "NOT_QUALIFIED", message: "categories are missing" } },
  { orderId: "3", order: null, error: { code: "INVALID_TRANSITION", message: "the order is completed" } },
];

function steps() {
  const onLeft = vi.fn();
  const view = show(
    <AssignSteps orderIds={["1", "2", "3"]} numberOf={(id) => `W-${id}`} onLeft={onLeft} onClose={() => undefined} />,
  );
  return { ...view, onLeft };
}

const posted = (sent: { method: string; body: unknown }[]) => sent.filter(({ method }) => method === "POST");

test("those with the least to do come first, those who are not active cannot be chosen", async () => {
  fakeApi({ [WORKERS]: () => aPage([gone, full, sampleWorker(), idle]) });
  steps();
  const choices = await screen.findAllByRole<HTMLInputElement>("radio");
  expect(choices.map(({ value }) => value)).toEqual([idle.id, sampleWorker().id, full.id, gone.id]);
  expect(choices.map(({ disabled }) => disabled)).toEqual([false, false, false, true]);
  expect(screen.getByText("at the limit")).toBeTruthy();
  expect(screen.getByText("0 of 5 open")).toBeTruthy();
});

test("says for each order what became of it, and forces what may be forced", async () => {
  let attempts = 0;
  const sent = fakeApi({
    [WORKERS]: () => aPage([idle]),
    [ASSIGN]: () => {
      attempts += 1;
      return attempts === 1 ? { results } : { results: [{ orderId: "2", order: anOrder({ id: "2" }), error: null }] };
    },
  });
  const { user, onLeft } = steps();
  await user.click(await screen.findByRole("radio", { name: /Alan/ }));
  await user.click(screen.getByRole("button", { name: "Assign 3 orders" }));
  expect(await screen.findByText("1 order is assigned to Alan Turing")).toBeTruthy();
  expect(screen.getByText(/Categories are missing\./)).toBeTruthy();
  expect(screen.getByText(/The order is completed\./)).toBeTruthy();
  expect(onLeft).toHaveBeenLastCalledWith(["2", "3"]);
  await user.click(screen.getByRole("button", { name: "Assign nevertheless" }));
  expect(await screen.findByText("2 orders are assigned to Alan Turing")).toBeTruthy();
  expect(screen.queryByText(/Categories are missing\./)).toBeNull();
  expect(onLeft).toHaveBeenLastCalledWith(["3"]);
  expect(posted(sent).map(({ body }) => body)).toEqual([
    { orderIds: ["1", "2", "3"], workerId: idle.id, force: false },
    { orderIds: ["2"], workerId: idle.id, force: true },
  ]);
});

test("sends nothing without a worker", async () => {
  const sent = fakeApi({ [WORKERS]: () => aPage([idle]) });
  const { user } = steps();
  await user.click(await screen.findByRole("button", { name: "Assign 3 orders" }));
  expect(await screen.findByText("Choose a worker")).toBeTruthy();
  expect(posted(sent)).toEqual([]);
});

test("a refusal of the whole call is shown in place, and the choice stays", async () => {
  fakeApi({
    [WORKERS]: () => aPage([idle]),
    [ASSIGN]: () => refusal(503, "UNAVAILABLE", "orders are away"),
  });
  const { user } = steps();
  await user.click(await screen.findByRole("radio", { name: /Alan/ }));
  await user.click(screen.getByRole("button", { name: "Assign 3 orders" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Orders are away.");
  expect(screen.getByRole<HTMLInputElement>("radio", { name: /Alan/ }).checked).toBe(true);
});

test("workers are searched on the server", async () => {
  const sent = fakeApi({ [WORKERS]: ({ query }) => aPage(query.get("q") ? [idle] : [idle, full]) });
  const { user } = steps();
  expect(await screen.findAllByRole("radio")).toHaveLength(2);
  await user.type(screen.getByLabelText("Search workers"), "alan");
  await waitFor(() => expect(screen.getAllByRole("radio")).toHaveLength(1));
  expect(sent.at(-1)?.query.get("q")).toBe("alan");
});
