import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Product, ProductImage } from "@/api/schema";
import { fakeApi, refusal, type Sent } from "@/testing/fakeApi";
import { sampleSettings } from "@/testing/samples";
import { show } from "@/testing/show";
import { Pictures } from "./Pictures";
import { aProduct } from "./testing";
import { useProduct } from "./useProduct";

const image = (id: string): ProductImage => ({
  id,
  alt: id,
  width: 800,
  height: 600,
  url: `/api/v1/media/${id}`,
  thumbnailUrl: `/api/v1/media/${id}/thumbnail`,
});

/** The pictures as on their page: of the product that the shop has. */
function Shown() {
  const { data } = useProduct(aProduct().id);
  return data ? <Pictures product={data} /> : null;
}

/** A shop with a product with three pictures, which refuses stale versions. */
function shop() {
  let now = aProduct({ images: ["front", "back", "inside"].map(image) });
  const sent = fakeApi({
    "GET /api/v1/admin/settings": () => sampleSettings(),
    "GET /api/v1/products/{id}": () => now,
    "PUT /api/v1/products/{id}/images": ({ body }: Sent) => {
      const { ids, version } = body as { ids: string[]; version: number };
      if (version !== now.version) return refusal(409, "VERSION_CONFLICT", "the product was changed in the meantime");
      now = { ...now, images: ids.map(image), version: now.version + 1 };
      return now;
    },
    "DELETE /api/v1/products/{id}/images/{imageId}": ({ path }: Sent) => {
      const images = now.images.filter(({ id }) => !path.endsWith(id));
      now = { ...now, images, version: now.version + 1 } satisfies Product;
      return new Response(null, { status: 204 });
    },
  });
  return (method: string) => sent.filter((request) => request.method === method);
}

const shown = () => screen.getAllByRole("img").map((picture) => picture.getAttribute("alt"));

test("moves a picture by its buttons, each time from the newest version", async () => {
  const sent = shop();
  const { user } = show(<Shown />);
  await user.click(await screen.findByRole("button", { name: "Move later: front" }));
  await user.click(screen.getByRole("button", { name: "Move later: front" }));
  await waitFor(() => expect(sent("PUT")).toHaveLength(2));
  await waitFor(() => expect(shown()).toEqual(["back", "inside", "front"]));
  expect(sent("PUT").map(({ body }) => body)).toEqual([
    { ids: ["back", "front", "inside"], version: 3 },
    { ids: ["back", "inside", "front"], version: 4 },
  ]);
  expect(screen.queryByRole("alert")?.textContent ?? "").toBe("");
});

test("a deletion that is taken back is never sent", async () => {
  const sent = shop();
  const { user } = show(<Shown />);
  await user.click(await screen.findByRole("button", { name: "Delete: back" }));
  expect(shown()).toEqual(["front", "inside"]);
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(shown()).toEqual(["front", "back", "inside"]);
  expect(sent("DELETE")).toEqual([]);
});

test("a deletion is sent when the page is left", async () => {
  const sent = shop();
  const { user, unmount } = show(<Shown />);
  await user.click(await screen.findByRole("button", { name: "Delete: back" }));
  expect(sent("DELETE")).toEqual([]);
  unmount();
  await waitFor(() => expect(sent("DELETE")).toHaveLength(1));
  expect(sent("DELETE")[0]?.path).toMatch(/\/images\/back$/);
});
