import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Order } from "@/api/schema";
import { fakeApi, refusal, type Sent } from "@/testing/fakeApi";
import { sampleOrder } from "@/testing/samples";
import { show } from "@/testing/show";
import { WorkActions } from "./WorkActions";

const STATUS = "PATCH /api/v1/orders/{id}/status";
const REQUEST = "POST /api/v1/orders/{id}/change-requests";
const own = { assignee: { id: "0190-will", name: "Will" } };
const order = sampleOrder({ status: "IN_PROGRESS", paymentStatus: "PAID", version: 7, ...own });
const answer = (changes: Partial<Order>) => () => ({ ...order, ...changes, version: 8 });
const request = { id: "0190-request", orderId: order.id, kind: "COMPLETION", state: "PENDING" };

/** A shop in which workers complete orders, or administrators approve it. */
const shop = (completionNeedsApproval: boolean) => ({ "GET /api/v1/shop": () => ({ completionNeedsApproval }) });

const writes = (sent: Sent[]) => sent.filter(({ method }) => method !== "GET");

test("puts an order on hold with the version that was read", async () => {
  const sent = fakeApi({ [STATUS]: answer({ status: "ON_HOLD" }) });
  const { user } = show(<WorkActions order={order} requests={[]} />);
  await user.click(await screen.findByRole("button", { name: "Put on hold" }));
  await user.type(screen.getByLabelText("Note"), "Waiting for the pictures.");
  const [, submit] = screen.getAllByRole("button", { name: "Put on hold" });
  if (!submit) throw new Error("there is no form");
  await user.click(submit);
  await waitFor(() => expect(screen.queryByLabelText("Note")).toBeNull());
  expect(writes(sent)[0]?.body).toEqual({ status: "ON_HOLD", note: "Waiting for the pictures.", version: 7 });
});

test("completes an order where the shop lets workers do so", async () => {
  const sent = fakeApi({ ...shop(false), [STATUS]: answer({ status: "COMPLETED" }) });
  const { user } = show(<WorkActions order={order} requests={[]} />);
  await user.click(await screen.findByRole("button", { name: "Finish" }));
  await user.click(await screen.findByRole("button", { name: "Complete the order" }));
  await waitFor(() => expect(writes(sent).length).toBe(1));
  expect(writes(sent)[0]?.body).toEqual({ status: "COMPLETED", note: null, version: 7 });
});

test("asks for completion where administrators approve it", async () => {
  const sent = fakeApi({ ...shop(true), [REQUEST]: () => request });
  const { user } = show(<WorkActions order={order} requests={[]} />);
  await user.click(await screen.findByRole("button", { name: "Finish" }));
  await user.type(await screen.findByLabelText("Message for the customer"), "Enjoy it!");
  await user.click(screen.getByRole("button", { name: "Request completion" }));
  expect(await screen.findByText("is required")).toBeTruthy();
  await user.type(screen.getByLabelText(/^What was done/), "Three drafts are in the files.");
  await user.click(screen.getByRole("button", { name: "Request completion" }));
  await waitFor(() => expect(writes(sent).length).toBe(1));
  expect(writes(sent)[0]?.body).toEqual({
    kind: "COMPLETION",
    reason: "Three drafts are in the files.",
    customerNote: "Enjoy it!",
  });
});

test("asks for a handover with a reason, and not without", async () => {
  const sent = fakeApi({ [REQUEST]: () => ({ ...request, kind: "REASSIGNMENT" }) });
  const { user } = show(<WorkActions order={order} requests={[]} />);
  await user.click(await screen.findByRole("button", { name: "Request handover" }));
  await user.click(screen.getByRole("button", { name: "Send the request" }));
  expect(await screen.findByText("is required")).toBeTruthy();
  expect(writes(sent)).toEqual([]);
  await user.type(screen.getByLabelText(/^Reason/), "I am ill.");
  await user.click(screen.getByRole("button", { name: "Send the request" }));
  await waitFor(() => expect(writes(sent).length).toBe(1));
  expect(writes(sent)[0]?.body).toEqual({ kind: "REASSIGNMENT", reason: "I am ill.", customerNote: null });
});

test("a stale version is told, and what was typed stays", async () => {
  fakeApi({ ...shop(false), [STATUS]: () => refusal(409, "VERSION_CONFLICT", "the order was changed meanwhile") });
  const { user } = show(<WorkActions order={order} requests={[]} />);
  await user.click(await screen.findByRole("button", { name: "Finish" }));
  await user.type(screen.getByLabelText("Message for the customer"), "Enjoy it!");
  await user.click(await screen.findByRole("button", { name: "Complete the order" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The order was changed meanwhile.");
  expect(screen.getByLabelText<HTMLTextAreaElement>("Message for the customer").value).toBe("Enjoy it!");
});
