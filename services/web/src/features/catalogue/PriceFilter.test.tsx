import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "@/testing/show";
import { PriceFilter } from "./PriceFilter";

const fields = async () => [
  await screen.findByLabelText<HTMLInputElement>("Price from"),
  screen.getByLabelText<HTMLInputElement>("Price to"),
];

test("sends minor units, and nothing for an empty field", async () => {
  const onChange = vi.fn();
  const { user } = show(<PriceFilter limits={{ maxPrice: 2_000 }} currency="USD" onChange={onChange} />);
  const [from, to] = await fields();
  expect([from?.value, to?.value]).toEqual(["", "20.00"]);
  if (!from || !to) throw new Error("no fields");
  await user.type(from, "9,50");
  await user.clear(to);
  await user.keyboard("{Enter}");
  expect(onChange).toHaveBeenCalledExactlyOnceWith({ minPrice: 950, maxPrice: undefined });
});

test.each([
  ["cheap", "20", "This is not an amount.", 0],
  ["5", "20.001", "This is not an amount.", 1],
  ["30", "20", "This is less than the lower price.", 1],
])("from %s to %s is told, kept and not sent", async (low, high, message, wrong) => {
  const onChange = vi.fn();
  const { user } = show(<PriceFilter limits={{}} currency="USD" onChange={onChange} />);
  const [from, to] = await fields();
  if (!from || !to) throw new Error("no fields");
  await user.type(from, low);
  await user.type(to, high);
  await user.click(screen.getByRole("button", { name: "Apply" }));
  expect(await screen.findByText(message)).toBeTruthy();
  expect([from.value, to.value]).toEqual([low, high]);
  expect(document.activeElement).toBe([from, to][wrong]);
  expect(onChange).not.toHaveBeenCalled();
});
