import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { Session } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { NotificationBell } from "./NotificationBell";
import { notification } from "./testing";

const user = { id: "me", email: "me@shop.test", firstName: "Me", lastName: "", role: "CUSTOMER" };

beforeEach(() => {
  document.title = "Orders";
  session.begin({ accessToken: "token", tokenType: "Bearer", expiresIn: 900, user } as Session);
});

const lists = {
  "GET /api/v1/notifications/unread-count": () => ({ count: 2 }),
  "GET /api/v1/notifications": () => ({ items: [notification("a"), notification("b")], nextCursor: null }),
};

test("shows how many are unread, and reads one that is followed", async () => {
  const sent = fakeApi({
    ...lists,
    "PATCH /api/v1/notifications/{id}/read": () => ({ ...notification("a"), readAt: "2026-11-30T13:00:00Z" }),
  });
  const view = show(<NotificationBell />);
  await view.user.click(await screen.findByRole("button", { name: "Notifications, 2 unread" }));
  expect(document.title).toBe("(2) Orders");
  await view.user.click(await screen.findByText("title of a"));
  await waitFor(() => expect(sent.map(({ path }) => path)).toContain("/api/v1/notifications/a/read"));
  expect(view.router.state.location.pathname).toBe("/orders/order");
});

test("reads all", async () => {
  fakeApi({ ...lists, "POST /api/v1/notifications/read-all": () => ({ changed: 2 }) });
  const view = show(<NotificationBell />);
  await view.user.click(await screen.findByRole("button", { name: "Notifications, 2 unread" }));
  await view.user.click(await screen.findByRole("button", { name: "Mark all as read" }));
  expect(await screen.findByRole("button", { name: "Notifications" })).toBeTruthy();
  expect(document.title).toBe("Orders");
});

test("says in place that they cannot be loaded", async () => {
  fakeApi({ ...lists, "GET /api/v1/notifications": () => refusal(503, "UNAVAILABLE", "not now") });
  const view = show(<NotificationBell />);
  await view.user.click(await screen.findByRole("button", { name: "Notifications, 2 unread" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Not now.");
});
