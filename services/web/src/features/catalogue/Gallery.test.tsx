import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Product } from "@/api/schema";
import { show } from "@/testing/show";
import { Gallery, stepTo } from "./Gallery";

const image = (id: string) => ({
  id,
  alt: `Mug from the ${id}`,
  width: 800,
  height: 600,
  url: `/media/${id}.webp`,
  thumbnailUrl: `/media/${id}-small.webp`,
});
const product = (...ids: string[]) => ({ name: "Enamel mug", kind: "GOODS", images: ids.map(image) }) as Product;
const large = () => screen.getByRole("link").querySelector("img")?.getAttribute("src");

test("arrow keys go around, other keys nowhere", () => {
  expect(stepTo("ArrowRight", 2, 3)).toBe(0);
  expect(stepTo("ArrowLeft", 0, 3)).toBe(2);
  expect(stepTo("End", 0, 3)).toBe(2);
  expect(stepTo("Home", 2, 3)).toBe(0);
  expect(stepTo("Tab", 1, 3)).toBeNull();
});

test("the keyboard chooses a picture, and takes the focus along", async () => {
  const { user } = show(<Gallery product={product("front", "side", "back")} />);
  await user.click(await screen.findByRole("button", { name: "Show picture 2 of 3" }));
  expect(large()).toBe("/media/side.webp");
  await user.keyboard("{ArrowRight}");
  expect(large()).toBe("/media/back.webp");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Show picture 3 of 3");
});

test("one picture needs no choice, and none is drawn", async () => {
  const one = show(<Gallery product={product("front")} />);
  expect(await screen.findByAltText("Mug from the front")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
  one.unmount();
  const none = show(<Gallery product={product()} />);
  await screen.findByText("E");
  expect(none.container.querySelector("img")).toBeNull();
});
