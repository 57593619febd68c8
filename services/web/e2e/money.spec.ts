import { expect, PEOPLE, signIn, test, watchErrors } from "./pages";

test("a payout is approved and marked as paid, the books balance, and the list is exported", async ({ page, url }) => {
  const errors = watchErrors(page);
  await signIn(page, url, PEOPLE.admin);
  await page.goto(`${url}/admin/payouts?state=PENDING`);
  await page.getByRole("button", { name: /^Approve .*\d/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
  // It has left the list of those that wait.
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goto(`${url}/admin/payouts?state=APPROVED`);
  await page.getByRole("button", { name: /as paid$/ }).click();
  await page.getByLabel("Reference").fill("transfer 7");
  await page.getByRole("dialog").getByRole("button", { name: "Mark as paid" }).click();
  await page.goto(`${url}/admin/payouts?state=PAID`);
  await expect(page.getByText("transfer 7")).toBeVisible();

  await page.goto(`${url}/admin/ledger`);
  await expect(page.getByText("Payout paid").first()).toBeVisible();
  await expect(page.getByRole("table", { name: "Balances" }).getByText("Paid by hand")).toBeVisible();
  await page.getByRole("button", { name: "Export" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Start export" }).click();
  expect((await download).suggestedFilename()).toMatch(/^ledger-\d{8}-\d{6}\.csv$/);
  expect(errors).toEqual([]);
});

test("an order's invoice is downloaded as PDF", async ({ page, url }) => {
  await signIn(page, url, PEOPLE.admin);
  await page.goto(`${url}/admin/payments?state=SUCCEEDED`);
  await page.getByRole("table").getByRole("link").first().click();
  await page.waitForURL(/\/orders\//);
  const download = page.waitForEvent("download");
  await page
    .getByRole("button", { name: /INV-\d{4}-\d{6}/ })
    .first()
    .click();
  expect((await download).suggestedFilename()).toMatch(/^INV-\d{4}-\d{6}\.pdf$/);
});
