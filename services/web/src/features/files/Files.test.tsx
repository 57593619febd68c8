import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { Order, File as OrderFile, Role, Session } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { Files } from "./Files";

const LIST = "GET /api/v1/orders/{id}/media";

function signIn(id: string, role: Role) {
  const user = { id, email: "a@shop.test", firstName: "A", lastName: "", role };
  session.begin({ accessToken: "token", tokenType: "Bearer", expiresIn: 900, user } as Session);
}

function order(id: string): Order {
  const customer = { id: "owner", name: "Ada", email: null };
  return { id, status: "IN_PROGRESS", kind: "SERVICE", customer, assignee: { id: "worker", name: "Wim" } } as Order;
}

function file(id: string, purpose: OrderFile["purpose"], by: string): OrderFile {
  return {
    id,
    orderId: "order",
    productId: null,
    purpose,
    name: `${id}.pdf`,
    contentType: "application/pdf",
    size: 2_000_000,
    sha256: "",
    width: null,
    height: null,
    url: `/api/v1/media/${id}`,
    thumbnailUrl: null,
    uploadedBy: { id: by, name: "Ada", role: "CUSTOMER" },
    createdAt: "2026-11-30T12:00:00Z",
  };
}

beforeEach(() => signIn("owner", "CUSTOMER"));

test("shows files by purpose, and tells the customer that results come later", async () => {
  const items = [file("sketch", "PROGRESS", "worker"), file("logo", "REFERENCE", "owner")];
  fakeApi({ [LIST]: () => ({ items, nextCursor: null }) });
  show(<Files order={order("one")} />);
  expect(await screen.findByText("logo.pdf")).toBeTruthy();
  expect(screen.getAllByRole("heading", { level: 3 }).map((heading) => heading.textContent)).toEqual([
    "Results",
    "Progress",
    "Reference files",
  ]);
  expect(screen.getByText("Results appear here when the order is completed.")).toBeTruthy();
  // Only own files can be deleted.
  expect(screen.queryByRole("button", { name: "Delete sketch.pdf" })).toBeNull();
});

test("a deletion can be undone, and is sent only later", async () => {
  const sent = fakeApi({ [LIST]: () => ({ items: [file("logo", "REFERENCE", "owner")], nextCursor: null }) });
  const { user } = show(<Files order={order("two")} />);
  await user.click(await screen.findByRole("button", { name: "Delete logo.pdf" }));
  expect(screen.getByText("Will be deleted")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Undo: keep logo.pdf" }));
  expect(screen.getByRole("button", { name: "Delete logo.pdf" })).toBeTruthy();
  expect(sent.filter(({ method }) => method === "DELETE")).toEqual([]);
});

test("a file of another type is not sent, and can be taken out", async () => {
  const sent = fakeApi({ [LIST]: () => ({ items: [], nextCursor: null }) });
  const { user } = show(<Files order={order("three")} />);
  const input = await screen.findByLabelText("Add files", { selector: "input" });
  await user.upload(input, new File(["MZ is no picture"], "a.png", { type: "image/png" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Files of this type are not accepted");
  expect(sent.every(({ method }) => method === "GET")).toBe(true);
  await user.click(screen.getByRole("button", { name: "Remove a.png from the list" }));
  await waitFor(() => expect(screen.queryByText("a.png")).toBeNull());
});

test("staff learn that the customer does not see results yet", async () => {
  signIn("worker", "STAFF");
  fakeApi({ [LIST]: () => ({ items: [], nextCursor: null }) });
  const { user } = show(<Files order={order("four")} />);
  await user.click(await screen.findByRole("radio", { name: "Result" }));
  expect(screen.getByText("The customer sees results only when the order is completed.")).toBeTruthy();
});

test("says in place that files cannot be loaded", async () => {
  fakeApi({ [LIST]: () => refusal(503, "UNAVAILABLE", "not now") });
  show(<Files order={order("five")} />);
  expect((await screen.findByRole("alert")).textContent).toContain("Not now.");
});
