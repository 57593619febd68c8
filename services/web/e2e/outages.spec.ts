import type { Page } from "@playwright/test";
import { Api, orderInProgress } from "./api";
import { Line } from "./line";
import { expect, PEOPLE, signIn, test } from "./pages";
import { Server } from "./server";

const OFFLINE = /^No connection\. What you see may be old/;
/** The live connection comes back within 10 s after a failed try, and so do failed requests. */
const BACK = { timeout: 45_000 };

const conversation = (page: Page) => page.getByRole("log", { name: "Conversation" });

async function write(page: Page, text: string): Promise<void> {
  const field = page.getByRole("textbox", { name: "Message" });
  await field.fill(text);
  await field.press("Enter");
}

/** Opens an order, and waits until the page is live: the other one hears of a message at once. */
async function open(page: Page, url: string, person: "customer" | "worker", order: string): Promise<void> {
  await signIn(page, url, PEOPLE[person]);
  await page.goto(`${url}/orders/${order}`);
  await expect(conversation(page)).toBeVisible();
}

test("a restart of the server loses no message, and both pages go on", async ({ browser }) => {
  test.setTimeout(180_000);
  const server = await Server.start();
  try {
    const order = await orderInProgress(server.url);
    const [customer, worker] = await Promise.all([browser.newPage(), browser.newPage()]);
    await open(customer, server.url, "customer", order.id);
    await open(worker, server.url, "worker", order.id);
    await write(customer, "Before the restart");
    await expect(conversation(worker).getByText("Before the restart")).toBeVisible();
    await server.stop();
    await expect(customer.getByText(OFFLINE)).toBeVisible(BACK);
    await expect(worker.getByText(OFFLINE)).toBeVisible(BACK);
    await write(customer, "While it was away");
    await expect(customer.getByText("While it was away")).toBeVisible();
    await server.again();
    await expect(conversation(worker).getByText("While it was away")).toHaveCount(1, BACK);
    await expect(customer.getByText(OFFLINE)).toBeHidden(BACK);
    await expect(worker.getByText(OFFLINE)).toBeHidden(BACK);
    await write(worker, "And here again");
    await expect(conversation(customer).getByText("And here again")).toBeVisible();
    // Once, although it was tried more than once.
    await customer.reload();
    await expect(conversation(customer).getByText("While it was away")).toHaveCount(1);
  } finally {
    await server.remove();
  }
});

test("a page that was offline shows what it missed, and sends what was written meanwhile", async ({ browser, url }) => {
  test.setTimeout(180_000);
  const line = await Line.to(url);
  const order = await orderInProgress(url);
  const [customer, worker] = await Promise.all([browser.newPage(), browser.newPage()]);
  await open(customer, line.url, "customer", order.id);
  await open(worker, url, "worker", order.id);
  line.cut();
  await expect(customer.getByText(OFFLINE)).toBeVisible(BACK);
  await write(customer, "Sent from a tunnel");
  await write(worker, "Are you there?");
  const admin = await Api.as(url, "admin");
  const { version } = await admin.call("GET", `/api/v1/orders/${order.id}`);
  await admin.call("PATCH", `/api/v1/orders/${order.id}/status`, { status: "ON_HOLD", version, note: "We wait." });
  await expect(worker.getByText("On hold").first()).toBeVisible();
  line.restore();
  await expect(conversation(customer).getByText("Are you there?")).toBeVisible(BACK);
  await expect(customer.getByText("On hold").first()).toBeVisible(BACK);
  await expect(conversation(worker).getByText("Sent from a tunnel")).toHaveCount(1, BACK);
  await expect(customer.getByText(OFFLINE)).toBeHidden(BACK);
  const held = await admin.call("GET", `/api/v1/orders/${order.id}`);
  await admin.call("PATCH", `/api/v1/orders/${order.id}/status`, { status: "IN_PROGRESS", version: held.version });
  await expect(customer.getByText("In progress").first()).toBeVisible();
  line.close();
});
