import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Progress } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { ProgressSteps } from "./ProgressSteps";
import { percentOf } from "./useProgress";

const step = (id: string, name: string, percent: number | null): Progress => ({
  id,
  orderId: "0190-order",
  step: name,
  percent,
  note: null,
  author: { id: "0190-bob", name: "Bob", role: "STAFF" },
  createdAt: "2026-11-30T10:00:00Z",
});

const ROUTE = "GET /api/v1/orders/{id}/progress";

test("the percentage is that of the newest step that has one", () => {
  expect(percentOf([step("3", "Ask", null), step("2", "Colours", 60), step("1", "Sketch", 30)])).toBe(60);
  expect(percentOf([step("1", "Sketch", 0)])).toBe(0);
  expect(percentOf([step("1", "Sketch", null)])).toBeNull();
  expect(percentOf([])).toBeNull();
});

test("shows the steps, and further ones when asked", async () => {
  const sent = fakeApi({
    [ROUTE]: ({ query }) =>
      query.get("cursor") === "next"
        ? { items: [step("1", "Sketch", 30)], nextCursor: null }
        : { items: [step("2", "Colours", 60)], nextCursor: "next" },
  });
  const { user } = show(<ProgressSteps orderId="0190-order" />);
  const bar = await screen.findByRole("progressbar", { name: "Progress" });
  expect(bar.getAttribute("aria-valuenow")).toBe("60");
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Sketch")).toBeTruthy();
  expect(sent.at(-1)?.query.get("cursor")).toBe("next");
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

test("says that nothing was reported", async () => {
  fakeApi({ [ROUTE]: () => ({ items: [], nextCursor: null }) });
  show(<ProgressSteps orderId="0190-order" />);
  expect(await screen.findByText("No progress reported yet.")).toBeTruthy();
});

test("shows a failure in place, and loads again", async () => {
  let broken = true;
  fakeApi({
    [ROUTE]: () => (broken ? refusal(404, "NOT_FOUND", "no such order") : { items: [], nextCursor: null }),
  });
  const { user } = show(<ProgressSteps orderId="0190-order" />);
  expect((await screen.findByRole("alert")).textContent).toContain("No such order.");
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("No progress reported yet.")).toBeTruthy();
});
