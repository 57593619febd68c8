import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi } from "@/testing/fakeApi";
import { sampleWorker } from "@/testing/samples";
import { show } from "@/testing/show";
import { compact } from "./filters";
import { MoreFiltersForm } from "./MoreFilters";
import { aPage } from "./testing";

function form(filters = {}) {
  fakeApi({ "GET /api/v1/admin/workers": () => aPage([sampleWorker()]) });
  const onApply = vi.fn();
  return { ...show(<MoreFiltersForm filters={filters} currency="USD" onApply={onApply} />), onApply };
}

test("filters are applied together, besides those that are set already", async () => {
  const { user, onApply } = form({ q: "a" });
  await user.click(await screen.findByLabelText("Service"));
  const grace = await screen.findByRole("option", { name: "Grace Hopper" });
  await user.selectOptions(screen.getByLabelText("Worker"), grace);
  await user.type(screen.getByLabelText("Total from (USD)"), "19.99");
  expect(onApply).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "Apply" }));
  expect(compact(onApply.mock.calls[0]?.[0])).toEqual({
    q: "a",
    kind: ["SERVICE"],
    assigneeId: sampleWorker().id,
    minTotal: 1_999,
  });
});

test("a wrong amount is complained about at its field, which gets the focus", async () => {
  const { user, onApply } = form();
  await user.type(await screen.findByLabelText("Total to (USD)"), "much");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  expect(await screen.findByText("is not an amount")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Total to (USD)"));
  expect(onApply).not.toHaveBeenCalled();
});

test("they can be cleared, without the search", async () => {
  const { user, onApply } = form({ q: "a", kind: ["GOODS"], minTotal: 5, unassigned: true });
  await user.click(await screen.findByRole("button", { name: "Clear filters" }));
  expect(compact(onApply.mock.calls[0]?.[0])).toEqual({ q: "a" });
});
