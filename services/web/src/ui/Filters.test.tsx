import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { show } from "@/testing/show";
import { countSet, Filters } from "./Filters";

test("the filters open on demand, and the button says how many are set", async () => {
  const { user } = show(
    <Filters count={countSet(["PAID", undefined, 0])}>
      <button type="button">Status</button>
    </Filters>,
  );
  const toggle = await screen.findByRole("button", { name: "Filters (2)" });
  expect(toggle.getAttribute("aria-expanded")).toBe("false");
  await user.click(toggle);
  expect(toggle.getAttribute("aria-expanded")).toBe("true");
  const filters = document.getElementById(toggle.getAttribute("aria-controls") ?? "");
  expect(filters?.contains(screen.getByRole("button", { name: "Status" }))).toBe(true);
});
