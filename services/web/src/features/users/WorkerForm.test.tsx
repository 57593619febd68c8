import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleWorker } from "@/testing/samples";
import { show } from "@/testing/show";
import { WorkerForm } from "./WorkerForm";

const worker = sampleWorker();
const SAVE = "PATCH /api/v1/admin/workers/{id}";
const answers = {
  "GET /api/v1/categories": () => ({ items: [], nextCursor: null }),
  "GET /api/v1/admin/settings": () => ({ maxOpenOrdersPerWorker: 5 }),
};

function saved(sent: ReturnType<typeof fakeApi>) {
  return sent.filter(({ method }) => method === "PATCH").map(({ body }) => body);
}

test("sends an own limit with the version", async () => {
  const sent = fakeApi({ ...answers, [SAVE]: () => ({ ...worker, maxOpenOrders: 3, limit: 3, version: 5 }) });
  const onSaved = vi.fn();
  const { user } = show(<WorkerForm worker={worker} onSaved={onSaved} />);
  await user.click(await screen.findByLabelText("Own limit"));
  await user.type(screen.getByLabelText("At most"), "3");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(onSaved).toHaveBeenCalledWith(worker));
  expect(saved(sent)).toEqual([{ maxOpenOrders: 3, version: 4 }]);
});

test("an own limit has to be a number", async () => {
  const sent = fakeApi(answers);
  const { user } = show(<WorkerForm worker={worker} />);
  await user.click(await screen.findByLabelText("Own limit"));
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("must be a whole number from 1 to 10,000")).toBeTruthy();
  expect(saved(sent)).toEqual([]);
});

test("a refusal keeps what was typed", async () => {
  fakeApi({ ...answers, [SAVE]: () => refusal(409, "VERSION_CONFLICT", "somebody else has changed it") });
  const { user } = show(<WorkerForm worker={worker} />);
  await user.click(await screen.findByLabelText("Own limit"));
  const limit = screen.getByLabelText<HTMLInputElement>("At most");
  await user.type(limit, "7");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Somebody else has changed it.");
  expect(limit.value).toBe("7");
});
