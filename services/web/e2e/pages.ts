import { readFileSync } from "node:fs";
import { test as base, expect, type Page } from "@playwright/test";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** Passwords and addresses of the demo shop. */
export const PASSWORD = "waybill-demo";
export const PEOPLE = {
  admin: "admin@waybill.example",
  worker: "wendy@waybill.example",
  customer: "carl@waybill.example",
} as const;

type Fixtures = { url: string };

/** A test whose pages break no policy and throw no error. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern
  url: async ({}, use) => {
    await use(process.env.WAYBILL_URL ?? "");
  },
  page: async ({ page }, use) => {
    const errors = watchErrors(page);
    await use(page);
    expect(errors).toEqual([]);
  },
});

/** Collects what a page must never do. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) errors.push(`policy: ${message.text()}`);
  });
  return errors;
}

export async function signIn(page: Page, url: string, email: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/dashboard/);
}

/** What axe finds against WCAG 2.2 A and AA. The page's policy blocks script elements, so axe comes by `evaluate`. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run: (...args: unknown[]) => Promise<{ violations: Found[] }> } })
      .axe;
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return violations;
  });
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}

type Found = { id: string; nodes: { html: string }[] };

export { expect };
