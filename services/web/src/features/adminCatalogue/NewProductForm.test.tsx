import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi, type Routes, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { NewProductForm } from "./NewProductForm";
import { aProduct } from "./testing";

const CATEGORIES: Routes = { "GET /api/v1/categories": () => ({ items: [], nextCursor: null }) };
const POST = "POST /api/v1/products";

const field = (name: RegExp) => screen.getByLabelText<HTMLInputElement>(name);
const posted = (sent: ReturnType<typeof fakeApi>) => sent.filter(({ method }) => method === "POST");

test("adds goods, with the price in minor units", async () => {
  const sent = fakeApi({ ...CATEGORIES, [POST]: () => aProduct() });
  const onDone = vi.fn();
  const { user } = show(<NewProductForm currency="USD" threshold={5} onDone={onDone} />);
  await user.type(await screen.findByLabelText(/^Name/), "Enamel mug");
  await user.type(field(/^Price/), "12,5");
  await user.type(field(/^Units in stock/), "40");
  await user.click(screen.getByRole("button", { name: "Add product" }));
  await waitFor(() => expect(onDone).toHaveBeenCalledWith(aProduct()));
  expect(posted(sent)[0]?.body).toEqual({
    name: "Enamel mug",
    description: "",
    kind: "GOODS",
    price: { amount: 1250, currency: "USD" },
    active: true,
    stock: 40,
  });
});

test("a service has no stock, and a draft is not on sale", async () => {
  const sent = fakeApi({ ...CATEGORIES, [POST]: () => aProduct() });
  const { user } = show(<NewProductForm currency="USD" threshold={5} onDone={() => undefined} />);
  await user.type(await screen.findByLabelText(/^Name/), "Engraving");
  await user.type(field(/^Price/), "9");
  await user.type(field(/^Units in stock/), "40");
  await user.selectOptions(screen.getByLabelText(/^Kind/), "SERVICE");
  expect(screen.queryByLabelText(/^Units in stock/)).toBeNull();
  await user.click(screen.getByLabelText(/^On sale at once/));
  await user.click(screen.getByRole("button", { name: "Add as draft" }));
  await waitFor(() => expect(posted(sent)).toHaveLength(1));
  expect(posted(sent)[0]?.body).toMatchObject({ kind: "SERVICE", active: false });
  expect(posted(sent)[0]?.body).not.toHaveProperty("stock");
});

test("sends nothing without a name, and focuses it", async () => {
  const sent = fakeApi(CATEGORIES);
  const { user } = show(<NewProductForm currency="USD" threshold={5} onDone={() => undefined} />);
  await user.type(await screen.findByLabelText(/^Price/), "12.345");
  await user.click(screen.getByRole("button", { name: "Add product" }));
  expect(await screen.findByText("is required")).toBeTruthy();
  expect(screen.getByText(/^Type an amount/)).toBeTruthy();
  expect(document.activeElement).toBe(field(/^Name/));
  expect(posted(sent)).toEqual([]);
});

test("shows a taken SKU at its field, and keeps what was typed", async () => {
  const details = [{ field: "sku", message: "is taken by another product" }];
  fakeApi({ ...CATEGORIES, [POST]: () => refusal(409, "SKU_TAKEN", "another product has the SKU MUG-01", details) });
  const { user } = show(<NewProductForm currency="USD" threshold={5} onDone={() => undefined} />);
  await user.type(await screen.findByLabelText(/^Name/), "Enamel mug");
  await user.type(field(/^Price/), "12.50");
  await user.type(field(/^SKU/), "MUG-01");
  await user.click(screen.getByRole("button", { name: "Add product" }));
  expect(await screen.findByText("Another product has the SKU MUG-01.")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(document.activeElement).toBe(field(/^SKU/));
  expect(field(/^Name/).value).toBe("Enamel mug");
});
