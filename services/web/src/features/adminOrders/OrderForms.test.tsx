import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleWorker } from "@/testing/samples";
import { show } from "@/testing/show";
import { AssignForm } from "./AssignForm";
import { CancelForm } from "./CancelForm";
import { ReleaseForm } from "./ReleaseForm";
import { StatusForm, StatusSection } from "./StatusSection";
import { anOrder, aPage } from "./testing";

const order = anOrder({ status: "IN_PROGRESS" });
const nothing = () => undefined;
const changes = (sent: { method: string; body: unknown }[]) => sent.filter(({ method }) => method !== "GET");

test("a status is changed with its note and the version that was read", async () => {
  const sent = fakeApi({ "PATCH /api/v1/orders/{id}/status": () => anOrder({ status: "ON_HOLD", version: 4 }) });
  const onDone = vi.fn();
  const { user } = show(<StatusForm order={order} to="ON_HOLD" possible onDone={onDone} onCancel={nothing} />);
  const note = await screen.findByLabelText("Note");
  expect(document.activeElement).toBe(note);
  await user.type(note, "Waiting for the logo");
  await user.click(screen.getByRole("button", { name: "Put on hold" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(changes(sent)[0]?.body).toEqual({ status: "ON_HOLD", note: "Waiting for the logo", version: 3 });
});

test("a conflict keeps the note, and says that the new state is shown", async () => {
  fakeApi({ "PATCH /api/v1/orders/{id}/status": () => refusal(409, "VERSION_CONFLICT", "somebody changed it") });
  const onDone = vi.fn();
  const { user } = show(<StatusForm order={order} to="ON_HOLD" possible onDone={onDone} onCancel={nothing} />);
  await user.type(await screen.findByLabelText("Note"), "Waiting");
  await user.click(screen.getByRole("button", { name: "Put on hold" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Somebody changed it.");
  expect(screen.getByText(/The new state is shown/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>("Note").value).toBe("Waiting");
  expect(onDone).not.toHaveBeenCalled();
});

test("completing an unpaid order is warned of", async () => {
  const unpaid = anOrder({ paymentStatus: "UNPAID" });
  show(<StatusForm order={unpaid} to="COMPLETED" possible onDone={nothing} onCancel={nothing} />);
  expect(await screen.findByText(/The order is not paid/)).toBeTruthy();
});

function Elsewhere() {
  const [now, setNow] = useState(order);
  return (
    <>
      <button type="button" onClick={() => setNow({ ...now, status: "COMPLETED", version: 9 })}>
        elsewhere
      </button>
      <StatusSection order={now} />
    </>
  );
}

test("if somebody else is faster, the note is still there, and the step is off", async () => {
  const { user } = show(<Elsewhere />);
  await user.click(await screen.findByRole("button", { name: "Put on hold" }));
  await user.type(await screen.findByLabelText("Note"), "Waiting");
  await user.click(screen.getByRole("button", { name: "elsewhere" }));
  expect(await screen.findByText(/this is not possible any more/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>("Note").value).toBe("Waiting");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Put on hold" }).disabled).toBe(true);
});

test("cancelling a paid order says what goes back, and its button confirms it", async () => {
  const sent = fakeApi({ "POST /api/v1/orders/{id}/cancel": () => anOrder({ status: "CANCELLED", version: 4 }) });
  const onDone = vi.fn();
  const { user } = show(<CancelForm order={order} possible onDone={onDone} onCancel={nothing} />);
  expect(await screen.findByText("The customer gets $120.00 back")).toBeTruthy();
  await user.type(screen.getByLabelText("Reason"), "Out of stock");
  await user.click(screen.getByRole("button", { name: "Cancel and refund $120.00" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(changes(sent)[0]?.body).toEqual({ reason: "Out of stock", version: 3 });
});

test("cancelling an unpaid order refunds nothing", async () => {
  show(<CancelForm order={anOrder({ paymentStatus: "UNPAID" })} possible onDone={nothing} onCancel={nothing} />);
  expect(await screen.findByRole("button", { name: "Cancel the order" })).toBeTruthy();
  expect(screen.queryByText(/back$/)).toBeNull();
});

test("a release keeps the internal reason from the customer", async () => {
  const sent = fakeApi({ "POST /api/v1/orders/{id}/release": () => anOrder({ version: 4 }) });
  const { user } = show(<ReleaseForm order={order} onDone={nothing} onCancel={nothing} />);
  await user.type(await screen.findByLabelText("Reason (internal)"), "Overloaded");
  await user.click(screen.getByRole("button", { name: "Back to the pool" }));
  await waitFor(() => expect(changes(sent)).toHaveLength(1));
  expect(changes(sent)[0]?.body).toEqual({ reason: "Overloaded", version: 3 });
});

test("a worker without the categories gets the order only by force", async () => {
  let attempts = 0;
  const sent = fakeApi({
    "GET /api/v1/admin/workers": () => aPage([sampleWorker()]),
    "POST /api/v1/orders/assign": () => {
      attempts += 1;
      const error = { code: "NOT_QUALIFIED", message: "categories" };
      const result = attempts === 1 ? { order: null, error } : { order: anOrder({ version: 4 }), error: null };
      return { results: [{ orderId: order.id, ...result }] };
    },
  });
  const onDone = vi.fn();
  const { user } = show(<AssignForm order={anOrder()} onDone={onDone} onCancel={nothing} />);
  await user.click(await screen.findByRole("radio", { name: /Grace/ }));
  await user.click(screen.getByRole("button", { name: "Assign" }));
  expect((await screen.findByRole("alert")).textContent).toContain("categories that this worker does not have");
  expect(onDone).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "Assign nevertheless" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(changes(sent).map(({ body }) => body)).toMatchObject([{ force: false }, { force: true }]);
});
