import type { Page } from "@playwright/test";
import { expect, PEOPLE, signIn, test, watchErrors } from "./pages";

/** Orders a service as somebody new, with an account in the same step, and pays. Returns the path of the order. */
async function orderService(page: Page, url: string, email: string): Promise<string> {
  await page.goto(`${url}/products?kind=SERVICE&q=logo`);
  await page
    .getByRole("main")
    .getByRole("link", { name: /Logo design/ })
    .first()
    .click();
  await page
    .getByRole("link", { name: "Order now" })
    .or(page.getByRole("button", { name: "Order now" }))
    .click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel(/^First name/).fill("Grace");
  await page.getByLabel(/^Password/).fill("a long password of mine");
  await page.getByRole("button", { name: "Place order" }).click();
  await page.waitForURL(/\/pay\//);
  await page.getByRole("button", { name: "Pay now" }).click();
  // The provider's own page.
  await page.getByRole("button", { name: "Pay", exact: true }).click();
  await page.waitForURL(/\/placed\//);
  await expect(page.getByText("Thank you, your order is paid")).toBeVisible();
  return new URL(page.url()).pathname.replace("placed", "orders");
}

test("a newcomer orders a service, pays, and is a customer with a dashboard", async ({ page, url }) => {
  const order = await orderService(page, url, `grace-${Date.now()}@example.com`);
  await page.goto(`${url}/dashboard`);
  await expect(page.getByRole("link", { name: /Logo design|W\d{6}-/ }).first()).toBeVisible();
  await page.goto(url + order);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("W2");
});

test("a guest orders goods and keeps the order by its link", async ({ page, url }) => {
  await page.goto(`${url}/products?q=enamel`);
  await page
    .getByRole("main")
    .getByRole("link", { name: /Enamel mug/ })
    .first()
    .click();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("banner").getByRole("link", { name: /cart/i }).click();
  await page
    .getByRole("link", { name: "Order", exact: true })
    .or(page.getByRole("button", { name: "Order", exact: true }))
    .click();
  await page.getByLabel("E-mail").fill(`guest-${Date.now()}@example.com`);
  await page.getByLabel(/^First name/).fill("Alan");
  await page.getByLabel("Street and number").fill("1 Harbour Street");
  await page.getByLabel("Postal code").fill("20457");
  await page.getByLabel("City").fill("Hamburg");
  await page.getByLabel("Country").selectOption("DE");
  await page.getByRole("button", { name: "Place order" }).click();
  await page.waitForURL(/\/pay\//);
  const track = page.url().replace("/pay/", "/track/");
  await page.goto(track);
  await expect(page.getByText("Enamel mug")).toBeVisible();
});

test("a worker hears of the order, claims it, and both talk live", async ({ browser, url }) => {
  test.setTimeout(120_000);
  const [customer, worker] = await Promise.all([browser.newPage(), browser.newPage()]);
  const errors = [...watchErrors(customer), ...watchErrors(worker)];
  await signIn(worker, url, PEOPLE.worker);
  await worker.goto(`${url}/pool`);
  const order = await orderService(customer, url, `live-${Date.now()}@example.com`);
  // Arrives without a reload.
  await worker.getByRole("button", { name: /^\d+ new$/ }).click();
  await worker.goto(url + order);
  await worker
    .getByRole("button", { name: /^Claim/ })
    .first()
    .click();
  await customer.goto(url + order);
  await expect(customer.getByText("In progress").first()).toBeVisible();
  await customer.getByRole("textbox", { name: "Message" }).fill("Can it be blue?");
  await customer.getByRole("textbox", { name: "Message" }).press("Enter");
  await expect(worker.getByRole("log").getByText("Can it be blue?")).toBeVisible();
  await worker.getByRole("textbox", { name: "Message" }).fill("Blue it is.");
  await worker.getByRole("textbox", { name: "Message" }).press("Enter");
  await expect(customer.getByRole("log").getByText("Blue it is.")).toBeVisible();
  expect(errors).toEqual([]);
});

test("a reload in the middle of a refresh signs nobody out, in any tab", async ({ browser, url }) => {
  const context = await browser.newContext();
  const [one, two] = [await context.newPage(), await context.newPage()];
  await signIn(one, url, PEOPLE.customer);
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([one.goto(`${url}/orders`), two.goto(`${url}/dashboard`)]);
    // Without waiting for the answer to the first refresh.
    void one.reload().catch(() => undefined);
    await one.reload();
    await expect(one).toHaveURL(/orders/);
    await expect(two).toHaveURL(/dashboard/);
    await expect(two.getByRole("heading", { level: 1 })).toBeVisible();
  }
  await context.close();
});
