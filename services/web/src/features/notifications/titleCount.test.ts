import { renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { useTitleCount, withCount } from "./titleCount";

test("the number is before the title, once", () => {
  expect(withCount("Orders", 3)).toBe("(3) Orders");
  expect(withCount("(3) Orders", 4)).toBe("(4) Orders");
  expect(withCount("(99+) Orders", 0)).toBe("Orders");
  expect(withCount("Orders", 100)).toBe("(99+) Orders");
  expect(withCount("(draft) Orders", 0)).toBe("(draft) Orders");
  // Browsers trim titles.
  expect(withCount("", 3)).toBe("(3)");
  expect(withCount("(3)", 3)).toBe("(3)");
});

test("it stays when the page sets another title, and goes with the hook", async () => {
  document.title = "Orders";
  const { rerender, unmount } = renderHook(({ count }) => useTitleCount(count), { initialProps: { count: 2 } });
  expect(document.title).toBe("(2) Orders");
  document.title = "Account";
  await waitFor(() => expect(document.title).toBe("(2) Account"));
  rerender({ count: 0 });
  expect(document.title).toBe("Account");
  rerender({ count: 1 });
  unmount();
  expect(document.title).toBe("Account");
});
