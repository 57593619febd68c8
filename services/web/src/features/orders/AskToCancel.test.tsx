import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleOrder } from "@/testing/samples";
import { show } from "@/testing/show";
import { AskToCancel } from "./AskToCancel";

const ASK = "POST /api/v1/orders/{id}/change-requests";

test("sends a request with its reason", async () => {
  const sent = fakeApi({ [ASK]: () => ({ id: "0190-request" }) });
  const onDone = vi.fn();
  const { user } = show(<AskToCancel orderId="0190-order" onDone={onDone} />);
  await user.type(await screen.findByLabelText("Reason"), "No longer needed");
  await user.click(screen.getByRole("button", { name: "Send request" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent[0]?.body).toEqual({ kind: "CANCELLATION", reason: "No longer needed" });
});

test("needs a reason", async () => {
  const sent = fakeApi({});
  const { user } = show(<AskToCancel orderId="0190-order" onDone={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Send request" }));
  expect(await screen.findByText("is required")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Reason"));
  expect(sent).toEqual([]);
});

test("a refusal stays in place, and so does the reason", async () => {
  fakeApi({
    [ASK]: () => refusal(409, "CONFLICT", "a CANCELLATION request for this order is already pending"),
    "GET /api/v1/orders/{id}": () => sampleOrder(),
  });
  const onDone = vi.fn();
  const { user } = show(<AskToCancel orderId="0190-order" onDone={onDone} />);
  await user.type(await screen.findByLabelText("Reason"), "No longer needed");
  await user.click(screen.getByRole("button", { name: "Send request" }));
  expect((await screen.findByRole("alert")).textContent).toContain("is already pending.");
  expect(screen.getByLabelText<HTMLTextAreaElement>("Reason").value).toBe("No longer needed");
  expect(onDone).not.toHaveBeenCalled();
});
