import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { fakeApi, refusal, type Sent } from "@/testing/fakeApi";
import { sampleOrder } from "@/testing/samples";
import { show } from "@/testing/show";
import { ProgressForm, progressBody } from "./ProgressForm";

const LIST = "GET /api/v1/orders/{id}/progress";
const ADD = "POST /api/v1/orders/{id}/progress";
const order = sampleOrder({ status: "IN_PROGRESS" });
const step = { id: "0190-step", orderId: order.id, author: null, step: "Colours", percent: 20, note: null };
const last = () => ({ items: [{ ...step, createdAt: "2026-11-30T10:00:00Z" }], nextCursor: null });
const posts = (sent: Sent[]) => sent.filter(({ method }) => method === "POST");

test("an empty percentage is left open, and zero is said", () => {
  expect(progressBody({ step: " Ink ", percent: "", note: " " })).toEqual({ step: "Ink", percent: null, note: null });
  expect(progressBody({ step: "Ink", percent: 0, note: "Dry." })).toEqual({ step: "Ink", percent: 0, note: "Dry." });
});

test("reports a step, and is empty for the next one", async () => {
  const sent = fakeApi({ [LIST]: last, [ADD]: () => step });
  const { user } = show(<ProgressForm order={order} />);
  expect(await screen.findByText(/Reported last: Colours, 20/)).toBeTruthy();
  await user.type(screen.getByLabelText(/^What is done/), "Sketches are drawn");
  await user.type(screen.getByLabelText("Done, in percent"), "40");
  await user.type(screen.getByLabelText("Details"), "Two of three.");
  await user.click(screen.getByRole("button", { name: "Report" }));
  await waitFor(() => expect(posts(sent).length).toBe(1));
  expect(posts(sent)[0]?.body).toEqual({ step: "Sketches are drawn", percent: 40, note: "Two of three." });
  expect(posts(sent)[0]?.headers.get("idempotency-key")).toBeTruthy();
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>(/^What is done/).value).toBe(""));
});

test("sends nothing without a step", async () => {
  const sent = fakeApi({ [LIST]: last });
  const { user } = show(<ProgressForm order={order} />);
  await user.click(await screen.findByRole("button", { name: "Report" }));
  expect(await screen.findByText("is required")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText(/^What is done/));
  expect(posts(sent)).toEqual([]);
});

test("shows a refusal in place, and keeps what was typed", async () => {
  fakeApi({ [LIST]: last, [ADD]: () => refusal(409, "CONFLICT", "the order has ended") });
  const { user } = show(<ProgressForm order={order} />);
  await user.type(await screen.findByLabelText(/^What is done/), "Sketches");
  await user.click(screen.getByRole("button", { name: "Report" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The order has ended.");
  expect(screen.getByLabelText<HTMLInputElement>(/^What is done/).value).toBe("Sketches");
});
