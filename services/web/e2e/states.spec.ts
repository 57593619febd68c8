import { expect, PASSWORD, PEOPLE, signIn, test, violations } from "./pages";

const LOOKS = [{ colorScheme: "light" }, { colorScheme: "dark" }] as const;

for (const look of LOOKS) {
  test(`an error is told in place, with its request id, and can be tried again, ${look.colorScheme}`, async ({
    page,
    url,
  }) => {
    await page.emulateMedia(look);
    await signIn(page, url, PEOPLE.customer);
    await page.route("**/api/v1/orders?*", (route) =>
      route.fulfill({
        status: 503,
        json: {
          success: false,
          error: { code: "UNAVAILABLE", message: "the database is restarting", details: [] },
          requestId: "request-of-the-test",
          timestamp: "2026-11-30T12:00:00Z",
        },
      }),
    );
    await page.goto(`${url}/orders`);
    const note = page.getByRole("alert");
    await expect(note).toContainText("The database is restarting.", { timeout: 30_000 });
    await expect(note).toContainText("request-of-the-test");
    expect(await violations(page)).toEqual([]);
    await page.unroute("**/api/v1/orders?*");
    await note.getByRole("button").first().click();
    await expect(page.getByRole("link", { name: /^W\d{6}-/ }).first()).toBeVisible();
  });

  test(`a customer without orders is told what to do, ${look.colorScheme}`, async ({ page, url }) => {
    await page.emulateMedia(look);
    const email = `new-${look.colorScheme}-${Date.now()}@example.com`;
    await page.goto(`${url}/register`);
    await page.getByLabel(/^First name/).fill("Nia");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.getByRole("main").getByRole("button", { name: "Create account" }).click();
    await page.waitForURL(/dashboard/);
    for (const path of ["/dashboard", "/orders", "/notifications"]) {
      await page.goto(url + path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.locator(".mantine-Skeleton-root").filter({ visible: true })).toHaveCount(0);
      expect(await violations(page), path).toEqual([]);
    }
  });
}

test("everything can be reached by the keyboard", async ({ page, url }) => {
  await signIn(page, url, PEOPLE.admin);
  await page.goto(`${url}/dashboard`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.locator(":focus")).toHaveAttribute("href", "#content");
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog");
  await expect(palette).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.type("settings");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/admin\/settings$/);
});

test("a German browser gets German pages", async ({ browser, url }) => {
  const page = await (await browser.newContext({ locale: "de-DE" })).newPage();
  await page.goto(`${url}/sign-in`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Anmelden");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  expect(await violations(page)).toEqual([]);
  await page.context().close();
});
