import type { Browser, Page } from "@playwright/test";
import { expect, PEOPLE, signIn, test, violations, watchErrors } from "./pages";

/** Every screen of each role; `{…}` is an id that the demo shop has. */
const SCREENS = {
  visitor: ["/", "/products", "/products/{product}", "/cart", "/order", "/sign-in", "/register", "/no-such-page"],
  customer: ["/dashboard", "/orders", "/orders/{order}", "/notifications", "/account", "/no-such-page"],
  worker: ["/dashboard", "/pool", "/work", "/earnings", "/orders/{order}", "/notifications", "/account"],
  admin: [
    "/dashboard",
    "/admin/orders",
    "/orders/{order}",
    "/admin/requests",
    "/admin/payments",
    "/admin/payouts",
    "/admin/differences",
    "/admin/ledger",
    "/admin/products",
    "/admin/products/{product}",
    "/admin/products/new",
    "/admin/products/import",
    "/admin/categories",
    "/admin/users",
    "/admin/users/{user}",
    "/admin/workers",
    "/admin/analytics",
    "/admin/settings",
    "/admin/audit",
    "/admin/mails",
    "/admin/system",
    "/notifications",
    "/account",
  ],
} as const;

type Role = keyof typeof SCREENS;

const LOOKS = [
  { look: "light", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { look: "dark", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { look: "phone", colorScheme: "light", viewport: { width: 360, height: 740 } },
] as const;

for (const role of Object.keys(SCREENS) as Role[]) {
  for (const { look, ...options } of LOOKS) {
    test(`screens of a ${role}, ${look}`, async ({ browser, url }, info) => {
      test.setTimeout(300_000);
      const page = await (await browser.newContext({ ...options, locale: "en-GB" })).newPage();
      const errors = watchErrors(page);
      if (role !== "visitor") await signIn(page, url, PEOPLE[role]);
      const ids = await known(browser, url, role);
      for (const screen of SCREENS[role]) {
        const path = screen.replace(/\{(\w+)\}/, (_, name: string) => ids[name] ?? "none");
        await page.goto(url + path);
        await settled(page);
        const name = `${role}${screen.replace(/\W+/g, "-")}-${look}.png`;
        await page.screenshot({ path: info.outputPath(name), fullPage: true });
        expect.soft(await violations(page), `${screen} ${look}`).toEqual([]);
        expect.soft(await overflow(page), `${screen} ${look} is wider than the window`).toBeLessThanOrEqual(0);
      }
      expect(errors).toEqual([]);
      await page.context().close();
    });
  }
}

/** The page has its title, and nothing of it is still loading. */
async function settled(page: Page): Promise<void> {
  await expect(
    page
      .getByRole("heading", { level: 1 })
      .or(page.getByRole("heading", { level: 2 }))
      .first(),
  ).toBeVisible();
  // Hidden tabs load when they are opened.
  await expect(page.locator(".mantine-Skeleton-root, [aria-busy=true]").filter({ visible: true })).toHaveCount(0);
}

/** Pixels by which the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Ids of things that the role may see, by the API. */
async function known(browser: Browser, url: string, role: Role): Promise<Record<string, string>> {
  const context = await browser.newContext();
  const get = async (path: string, token?: string) => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const answer = await context.request.get(url + path, { headers });
    return (await answer.json()).items?.[0]?.id as string | undefined;
  };
  const ids: Record<string, string> = { product: (await get("/api/v1/products?q=mug")) ?? "" };
  if (role !== "visitor") {
    const data = { email: PEOPLE[role], password: "waybill-demo" };
    const { accessToken } = await (await context.request.post(`${url}/api/v1/auth/login`, { data })).json();
    ids.order = (await get("/api/v1/orders?status=IN_PROGRESS", accessToken)) ?? "";
    if (role === "admin") ids.user = (await get("/api/v1/admin/users?role=STAFF", accessToken)) ?? "";
  }
  await context.close();
  return ids;
}
