import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Product } from "@/api/schema";
import { fakeApi, refusal, type Sent } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { EditProductForm } from "./EditProductForm";
import { aProduct } from "./testing";
import { useProduct } from "./useProduct";

/** The form as on its page: with the product that the shop has. */
function Edit() {
  const { data } = useProduct(aProduct().id);
  return data ? <EditProductForm product={data} threshold={5} /> : null;
}

/** A shop with one product, which refuses stale versions. */
function shop(product: Product) {
  let now = product;
  const sent = fakeApi({
    "GET /api/v1/categories": () => ({ items: [], nextCursor: null }),
    "GET /api/v1/products/{id}": () => now,
    "PATCH /api/v1/products/{id}": ({ body }: Sent) => {
      const { version, ...patch } = body as Partial<Product>;
      if (version !== now.version) return refusal(409, "VERSION_CONFLICT", "the product was changed in the meantime");
      now = { ...now, ...patch, version: now.version + 1 };
      return now;
    },
  });
  return {
    /** What was sent to change it. */
    patches: () => sent.filter(({ method }) => method === "PATCH").map(({ body }) => body),
    /** Another administrator's change. */
    change: (patch: Partial<Product>) => {
      now = { ...now, ...patch, version: now.version + 1 };
    },
  };
}

const field = (name: RegExp) => screen.getByLabelText<HTMLInputElement>(name);
const save = () => screen.getByRole<HTMLButtonElement>("button", { name: "Save" });

test("sends only what was changed, with the version", async () => {
  const { patches } = shop(aProduct());
  const { user } = show(<Edit />);
  const price = await screen.findByLabelText(/^Price/);
  expect(save().disabled).toBe(true);
  await user.clear(price);
  await user.type(price, "13");
  await user.click(save());
  expect(await screen.findByText("Saved")).toBeTruthy();
  expect(patches()).toEqual([{ price: { amount: 1300, currency: "USD" }, version: 3 }]);
  // What the shop made of it.
  expect(field(/^Price/).value).toBe("13.00");
});

test("a conflict keeps what was typed, and shows what the other saved", async () => {
  const { change, patches } = shop(aProduct());
  const { user } = show(<Edit />);
  const price = await screen.findByLabelText(/^Price/);
  await user.clear(price);
  await user.type(price, "14");
  change({ price: { amount: 1300, currency: "USD" }, name: "Big mug" });
  await user.click(save());
  // The only note, and the first one.
  const note = await screen.findByRole("alert");
  expect(note.textContent).toContain("Somebody else has changed this in the meantime");
  expect(note.textContent).toContain("Saved now: 13.00");
  expect(note.textContent).toContain("Typed by you: 14");
  // Nothing was typed into the name, so it follows.
  expect(field(/^Name/).value).toBe("Big mug");
  expect(field(/^Price/).value).toBe("14");
  expect(save().disabled).toBe(true);
  await user.type(field(/^Price/), "{Enter}");
  expect(patches()).toHaveLength(1);
});

test("the other's values can be taken over", async () => {
  const { change, patches } = shop(aProduct());
  const { user } = show(<Edit />);
  const name = await screen.findByLabelText(/^Name/);
  await user.type(name, "!");
  change({ name: "Big mug" });
  await user.click(save());
  await user.click(await screen.findByRole("button", { name: "Take over what is saved" }));
  expect(field(/^Name/).value).toBe("Big mug");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(save().disabled).toBe(true);
  expect(patches()).toHaveLength(1);
});

test("the other's values can be overwritten knowingly", async () => {
  const { change, patches } = shop(aProduct());
  const { user } = show(<Edit />);
  const name = await screen.findByLabelText(/^Name/);
  await user.type(name, "!");
  change({ name: "Big mug" });
  await user.click(save());
  await user.click(await screen.findByRole("button", { name: "Overwrite with mine" }));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(await screen.findByText("Saved")).toBeTruthy();
  expect(patches()).toEqual([
    { name: "Enamel mug!", version: 3 },
    { name: "Enamel mug!", version: 4 },
  ]);
});

test("asks before unsaved changes are lost", async () => {
  shop(aProduct());
  const { user, router } = show(<Edit />);
  await user.type(await screen.findByLabelText(/^Name/), "!");
  void router.navigate({ to: "/cart" });
  expect(await screen.findByText("Leave without saving?")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Stay here" }));
  await waitFor(() => expect(screen.queryByText("Leave without saving?")).toBeNull());
  expect(field(/^Name/).value).toBe("Enamel mug!");
  void router.navigate({ to: "/cart" });
  await user.click(await screen.findByRole("button", { name: "Leave without saving" }));
  expect(await screen.findByText("another page")).toBeTruthy();
});
