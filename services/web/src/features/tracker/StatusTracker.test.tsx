import { screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Order, Session } from "@/api/schema";
import { session } from "@/api/session";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { show } from "@/testing/show";
import { StatusTracker } from "./StatusTracker";

function signIn(id: string): void {
  const user = { id, email: "someone@shop.test", firstName: "Some", lastName: "One", role: "STAFF" };
  session.begin({ accessToken: "token", tokenType: "Bearer", expiresIn: 900, user } as Session);
}

afterEach(() => session.end());

const far = "2999-12-31T12:00:00Z";

async function sentence(order: Partial<Order>): Promise<string> {
  show(<StatusTracker order={sampleOrder(order)} />);
  return (await screen.findByRole("status")).textContent ?? "";
}

test("tells the customer to pay, and how much", async () => {
  signIn("0190-ada");
  const text = await sentence({});
  expect(text).toContain("Your turn");
  expect(text).toContain("Please pay $450.00");
});

test("tells a guest the same", async () => {
  expect(await sentence({})).toContain("Please pay $450.00");
});

test("tells others whose turn it is", async () => {
  signIn("0190-worker");
  const text = await sentence({});
  expect(text).toContain("The customer’s turn");
  expect(text).toContain("Ada Lovelace has to pay $450.00");
});

test("says until when an offer can be accepted", async () => {
  const text = await sentence({ quote: sampleQuote({ validUntil: far }) });
  expect(text).toContain("You can accept it until");
  expect(text).toContain("2999");
});

test("names the worker", async () => {
  const assignee = { id: "0190-bob", name: "Bob" };
  expect(await sentence({ status: "IN_PROGRESS", paymentStatus: "PAID", assignee })).toContain("Bob is working on it.");
});

test("marks the current stage, also in one line", async () => {
  show(<StatusTracker compact order={sampleOrder({ paymentStatus: "PAID" })} />);
  const list = await screen.findByRole("list", { name: "Stages of order W261130-7K3M9QX" });
  const current = within(list)
    .getAllByRole("listitem")
    .filter((item) => item.getAttribute("aria-current") === "step");
  expect(current.map((item) => item.textContent)).toEqual(["Waiting for a worker: now"]);
  expect(screen.queryByRole("status")).toBeNull();
});
