import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import type { ChangeRequest, Decided, Order } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleWorker } from "@/testing/samples";
import { show } from "@/testing/show";
import { RequestDecision } from "./RequestDecision";
import { anOrder, aPage, aRequest } from "./testing";

const APPROVE = "POST /api/v1/admin/change-requests/{id}/approve";
const REJECT = "POST /api/v1/admin/change-requests/{id}/reject";
const WORKERS = "GET /api/v1/admin/workers";

const order = anOrder({ status: "IN_PROGRESS", assignee: { id: sampleWorker().id, name: "Grace Hopper" } });
const other = sampleWorker({ id: "01890a5d-0000-774b-bcce-b302099000bb", name: "Alan Turing" });
const decidedBy = { id: "j", name: "Joan Clarke", role: "ADMIN" as const };

function decided(request: ChangeRequest, part: Partial<Decided> = {}): Decided {
  const changeRequest = { ...request, state: "APPROVED" as const, decidedBy, version: 2 };
  return { changeRequest, order: { ...order, status: "COMPLETED" }, replacement: null, ...part };
}

const bodies = (sent: { method: string; body: unknown }[]) =>
  sent.filter(({ method }) => method === "POST").map(({ body }) => body);

test("approves with notes and the version that was read, and shows the decision", async () => {
  const request = aRequest();
  const sent = fakeApi({ [APPROVE]: () => decided(request) });
  const { user } = show(<RequestDecision request={request} order={order} after="next one" />);
  await user.type(await screen.findByLabelText("Note (internal)"), "Well done");
  await user.type(screen.getByLabelText("For the customer"), "It is ready");
  expect(screen.queryByText("next one")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Approve" }));
  expect(await screen.findByText("Approved")).toBeTruthy();
  expect(screen.getByText("Completed")).toBeTruthy();
  expect(screen.getByText("next one")).toBeTruthy();
  expect(bodies(sent)).toEqual([{ note: "Well done", customerNote: "It is ready", version: 1 }]);
});

test("rejects without what only an approval has", async () => {
  const request = aRequest({ kind: "REASSIGNMENT" });
  const sent = fakeApi({
    [REJECT]: () => decided(request, { changeRequest: { ...request, state: "REJECTED", version: 2 }, order }),
  });
  const { user } = show(<RequestDecision request={request} order={order} />);
  await user.type(await screen.findByLabelText("Note (internal)"), "Please finish it");
  await user.click(screen.getByRole("button", { name: "Reject" }));
  expect(await screen.findByText("Rejected")).toBeTruthy();
  expect(bodies(sent)).toEqual([{ note: "Please finish it", version: 1 }]);
});

test("replaces the order, with a worker, and leads to the new one", async () => {
  const request = aRequest({ kind: "REASSIGNMENT" });
  const replacement: Order = anOrder({ id: "01890a5d-0000-774b-bcce-b302099000dd", orderNumber: "W261130-NEW4567" });
  const sent = fakeApi({
    [WORKERS]: () => aPage([sampleWorker(), other]),
    [APPROVE]: () => decided(request, { replacement }),
  });
  const { user } = show(<RequestDecision request={request} order={order} />);
  await user.click(await screen.findByLabelText("A worker of your choice"));
  await user.click(await screen.findByRole("radio", { name: /Alan Turing/ }));
  await user.click(screen.getByLabelText("Close it and open a new order in its place"));
  await user.click(screen.getByRole("button", { name: "Approve" }));
  const link = await screen.findByRole("link", { name: "W261130-NEW4567" });
  expect(link.getAttribute("href")).toBe(`/orders/${replacement.id}`);
  expect(bodies(sent)).toEqual([{ assignTo: other.id, replace: true, force: false, version: 1 }]);
});

test("asks for the worker before it sends anything", async () => {
  const sent = fakeApi({ [WORKERS]: () => aPage([sampleWorker(), other]) });
  const { user } = show(<RequestDecision request={aRequest({ kind: "REASSIGNMENT" })} order={order} />);
  await user.click(await screen.findByLabelText("A worker of your choice"));
  await user.click(screen.getByRole("button", { name: "Approve" }));
  expect(await screen.findByText("Choose a worker")).toBeTruthy();
  expect(bodies(sent)).toEqual([]);
});

test("a worker without the categories gets it only by force", async () => {
  const request = aRequest({ kind: "REASSIGNMENT" });
  let attempts = 0;
  const sent = fakeApi({
    [WORKERS]: () => aPage([other]),
    [APPROVE]: () => {
      attempts += 1;
      return attempts === 1 ? refusal(409, "NOT_QUALIFIED", "categories") : decided(request);
    },
  });
  const { user } = show(<RequestDecision request={request} order={order} />);
  await user.click(await screen.findByLabelText("A worker of your choice"));
  await user.click(await screen.findByRole("radio", { name: /Alan Turing/ }));
  await user.click(screen.getByRole("button", { name: "Approve" }));
  await user.click(await screen.findByRole("button", { name: "Assign nevertheless" }));
  expect(await screen.findByText("Approved")).toBeTruthy();
  expect(bodies(sent)).toMatchObject([{ force: false }, { force: true, assignTo: other.id }]);
});

test("a cancellation that gives money back is confirmed in place", async () => {
  const request = aRequest({ kind: "CANCELLATION", requestedBy: { id: "c", name: "Ada", role: "CUSTOMER" } });
  const sent = fakeApi({ [APPROVE]: () => decided(request) });
  const { user } = show(<RequestDecision request={request} order={order} />);
  // The customer reads the note, and has no text of a worker to replace.
  await user.type(await screen.findByLabelText("Note"), "As you wish");
  expect(screen.queryByLabelText("For the customer")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Approve" }));
  expect(bodies(sent)).toEqual([]);
  await user.click(await screen.findByRole("button", { name: "Cancel and refund $120.00" }));
  await waitFor(() => expect(bodies(sent)).toEqual([{ note: "As you wish", version: 1 }]));
});

test("a conflict says so, and keeps what was typed", async () => {
  fakeApi({ [APPROVE]: () => refusal(409, "VERSION_CONFLICT", "the version is 2 by now") });
  const { user } = show(<RequestDecision request={aRequest()} order={order} />);
  await user.type(await screen.findByLabelText("Note (internal)"), "Well done");
  await user.click(screen.getByRole("button", { name: "Approve" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The version is 2 by now.");
  expect(screen.getByText(/what you typed is still there/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>("Note (internal)").value).toBe("Well done");
});

function Elsewhere() {
  const [request, setRequest] = useState(aRequest());
  const decideElsewhere = () => setRequest({ ...request, state: "REJECTED", decidedBy, version: 2 });
  return (
    <>
      <button type="button" onClick={decideElsewhere}>
        elsewhere
      </button>
      <RequestDecision request={request} order={order} />
    </>
  );
}

test("if somebody else decides meanwhile, what was typed is still there", async () => {
  fakeApi({});
  const { user } = show(<Elsewhere />);
  await user.type(await screen.findByLabelText("Note (internal)"), "Well done");
  await user.click(screen.getByRole("button", { name: "elsewhere" }));
  expect(await screen.findByText("Rejected")).toBeTruthy();
  expect(screen.getByText(/by Joan Clarke/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>("What you typed and did not send").value).toBe("Well done");
});
