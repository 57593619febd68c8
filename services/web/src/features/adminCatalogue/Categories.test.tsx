import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Category } from "@/api/schema";
import { fakeApi, refusal, type Sent } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { Categories } from "./Categories";
import { aCategory } from "./testing";

const kitchen = aCategory("Kitchen", { products: 12 });
const cups = aCategory("Cups", { parentId: "Kitchen" });
const pots = aCategory("Pots", { parentId: "Kitchen", position: 1 });

/** A shop with these categories, which refuses stale versions and the deletion of a category with others in it. */
function shop(categories: Category[]) {
  let now = categories;
  const idOf = ({ path }: Sent) => path.split("/").at(-1);
  const stale = () => refusal(409, "VERSION_CONFLICT", "the category was changed in the meantime");
  const sent = fakeApi({
    "GET /api/v1/categories": () => ({ items: now, nextCursor: null }),
    "POST /api/v1/categories": ({ body }: Sent) => {
      const added = aCategory("new", { slug: "made", ...(body as Partial<Category>) });
      now = [...now, added];
      return added;
    },
    "PATCH /api/v1/categories/{id}": (request: Sent) => {
      const { version, ...patch } = request.body as Partial<Category>;
      const found = now.find(({ id }) => id === idOf(request));
      if (!found || found.version !== version) return stale();
      const saved = { ...found, ...patch, version: found.version + 1 };
      now = now.map((one) => (one.id === saved.id ? saved : one));
      return saved;
    },
    "DELETE /api/v1/categories/{id}": (request: Sent) => {
      const id = idOf(request);
      if (now.some(({ parentId }) => parentId === id)) {
        return refusal(409, "CATEGORY_IN_USE", "the category cannot be deleted: other categories are below it");
      }
      now = now.filter((one) => one.id !== id);
      return new Response(null, { status: 204 });
    },
  });
  return {
    changes: () => sent.filter(({ method }) => method !== "GET").map(({ method, body }) => ({ method, body })),
    change: (id: string, patch: Partial<Category>) => {
      now = now.map((one) => (one.id === id ? { ...one, ...patch, version: one.version + 1 } : one));
    },
  };
}

/** The slugs in the order of the page. */
const shown = () => screen.getAllByRole("listitem").map((item) => item.querySelector(".code")?.textContent);

test("shows the tree with the number of products, and moves within it", async () => {
  const { changes } = shop([pots, cups, kitchen]);
  const { user } = show(<Categories />);
  expect(await screen.findByText("12 products on sale")).toBeTruthy();
  expect(shown()).toEqual(["kitchen", "cups", "pots"]);
  await user.click(screen.getByRole("button", { name: "Move Pots up" }));
  await waitFor(() => expect(shown()).toEqual(["kitchen", "pots", "cups"]));
  await waitFor(() => expect(changes()).toEqual([{ method: "PATCH", body: { position: 2, version: 1 } }]));
});

test("quick moves wait for each other, so that none has a stale version", async () => {
  const { changes } = shop([kitchen, cups, pots]);
  const { user } = show(<Categories />);
  await user.click(await screen.findByRole("button", { name: "Move Pots up" }));
  await user.click(screen.getByRole("button", { name: "Move Pots down" }));
  await user.click(screen.getByRole("button", { name: "Move Pots up" }));
  await waitFor(() => expect(changes()).toHaveLength(3));
  await waitFor(() => expect(shown()).toEqual(["kitchen", "pots", "cups"]));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("says why a category stays, and takes a deletion back", async () => {
  const { changes } = shop([kitchen, cups]);
  const { user } = show(<Categories />);
  await user.click(await screen.findByRole("button", { name: "Delete Kitchen" }));
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("Kitchen cannot be deleted while something is in it");
  await user.click(screen.getByRole("button", { name: "Delete Cups" }));
  expect(await screen.findByText("Cups is deleted.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(shown()).toEqual(["kitchen", "cups"]));
  expect(changes().at(-1)?.body).toMatchObject({ name: "Cups", slug: "cups", parentId: "Kitchen", position: 0 });
});

test("adds a category below another, behind its siblings", async () => {
  const { changes } = shop([kitchen, cups]);
  const { user } = show(<Categories />);
  await user.click(await screen.findByRole("button", { name: "Add a category below Kitchen" }));
  const form = within(await screen.findByRole("dialog"));
  await user.type(form.getByLabelText(/^Name/), "Pans");
  await user.click(form.getByRole("button", { name: "Create" }));
  await waitFor(() => expect(shown()).toEqual(["kitchen", "cups", "made"]));
  expect(changes()[0]?.body).toEqual({ name: "Pans", description: "", parentId: "Kitchen", position: 1, active: true });
});

test("a conflict keeps what was typed, and shows what the other saved", async () => {
  const { change, changes } = shop([kitchen]);
  const { user } = show(<Categories />);
  await user.click(await screen.findByRole("button", { name: "Edit Kitchen" }));
  const form = within(await screen.findByRole("dialog"));
  await user.type(form.getByLabelText(/^Name/), "ware");
  change("Kitchen", { name: "Cooking" });
  await user.click(form.getByRole("button", { name: "Save" }));
  // The only note, and the first one.
  const note = await screen.findByRole("alert");
  expect(note.textContent).toContain("Somebody else has changed this in the meantime");
  expect(note.textContent).toContain("Saved now: Cooking");
  expect(form.getByLabelText<HTMLInputElement>(/^Name/).value).toBe("Kitchenware");
  await user.click(screen.getByRole("button", { name: "Overwrite with mine" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(changes().map(({ body }) => body)).toEqual([
    { name: "Kitchenware", version: 1 },
    { name: "Kitchenware", version: 2 },
  ]);
});
