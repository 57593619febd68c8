import { orderInProgress } from "./api";
import { expect, PEOPLE, signIn, test } from "./pages";

/** Bytes a second that the upload of the slow page may use. */
const SLOW = 400_000;

test("a file goes up with its progress shown, and the worker sees it at once", async ({ browser, url }) => {
  const order = await orderInProgress(url);
  const [customer, worker] = await Promise.all([browser.newPage(), browser.newPage()]);
  for (const [page, person] of [
    [customer, "customer"],
    [worker, "worker"],
  ] as const) {
    await signIn(page, url, PEOPLE[person]);
    await page.goto(`${url}/orders/${order.id}`);
  }
  const network = await customer.context().newCDPSession(customer);
  await network.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: SLOW,
  });
  const name = `plan-${Date.now()}.pdf`;
  const buffer = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(3 * SLOW, "waybill ")]);
  await customer.locator("input[type=file]").setInputFiles({ name, mimeType: "application/pdf", buffer });
  const progress = customer.getByRole("progressbar", { name: `Progress of ${name}` });
  await expect(progress).toBeVisible();
  // More than nothing, before it is there.
  await expect.poll(() => progress.evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(0.2);
  await expect(progress).toHaveCount(0, { timeout: 20_000 });
  await expect(customer.getByRole("button", { name: `Download ${name}` }).first()).toBeVisible();
  await expect(worker.getByText(name).first()).toBeVisible();
});

test("a worker asks to complete, an administrator approves beside the work, and the customer sees it", async ({
  browser,
  url,
}) => {
  test.setTimeout(120_000);
  const order = await orderInProgress(url);
  const [customer, worker, admin] = await Promise.all([browser.newPage(), browser.newPage(), browser.newPage()]);
  await signIn(customer, url, PEOPLE.customer);
  await customer.goto(`${url}/orders/${order.id}`);
  await signIn(admin, url, PEOPLE.admin);
  await admin.goto(`${url}/admin/requests`);
  await signIn(worker, url, PEOPLE.worker);
  await worker.goto(`${url}/orders/${order.id}`);
  await worker.getByRole("button", { name: "Finish", exact: true }).click();
  await worker.getByLabel("What was done").fill("The pages are ready.");
  await worker.getByRole("button", { name: "Request completion" }).last().click();
  await admin.goto(`${url}/admin/requests`);
  await admin.getByText(order.orderNumber).first().click();
  await admin.getByRole("button", { name: "Approve" }).click();
  await expect(customer.getByText("Completed").first()).toBeVisible({ timeout: 20_000 });
});

test("an import is checked, tells of each line, and then changes the shop", async ({ page, url }) => {
  await signIn(page, url, PEOPLE.admin);
  await page.goto(`${url}/admin/products/import`);
  const sku = `E2E-${Date.now()}`;
  const lines = ["sku,name,kind,price,stock", `${sku},Walnut bowl,GOODS,24.50,7`, `${sku}-B,,GOODS,much,1`];
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "bowls.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\r\n")) });
  await expect(page.getByText("bowls.csv is checked, and nothing is changed yet")).toBeVisible();
  await expect(page.getByText("price must be an amount such as 19.99")).toBeVisible();
  await page.getByRole("button", { name: "Import now" }).click();
  await expect(page.getByText("bowls.csv is imported")).toBeVisible();
  await page.goto(`${url}/admin/products?q=${sku}`);
  await expect(page.getByText("Walnut bowl").first()).toBeVisible();
  await page.goto(`${url}/products?q=walnut`);
  await expect(page.getByRole("link", { name: /Walnut bowl/ }).first()).toBeVisible();
});
