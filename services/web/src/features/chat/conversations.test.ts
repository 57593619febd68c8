import { expect, test } from "vitest";
import type { Conversation } from "@/api/schema";
import { heardIn, readIn } from "./conversations";
import { message } from "./testing";

function conversation(orderId: string, unread = 0): Conversation {
  return {
    orderId,
    orderNumber: orderId,
    title: null,
    customer: null,
    assignee: null,
    unread,
    lastMessage: null,
    updatedAt: "2026-11-30T12:00:00Z",
  };
}

const list = [conversation("one"), conversation("order", 2)];

test("a message of somebody else moves its conversation to the top, with one unread more", () => {
  const heard = heardIn(list, message("a", 1, "ada"), "me");
  expect(heard?.map(({ orderId, unread }) => [orderId, unread])).toEqual([
    ["order", 3],
    ["one", 0],
  ]);
  expect(heard?.[0]?.lastMessage?.id).toBe("a");
  // The same event again.
  expect(heardIn(heard ?? [], message("a", 1, "ada"), "me")?.[0]?.unread).toBe(3);
});

test("own messages and system lines are not unread", () => {
  expect(heardIn(list, message("a", 1, "me"), "me")?.[0]?.unread).toBe(2);
  expect(heardIn(list, message("a", 1, null), "me")?.[0]?.unread).toBe(2);
});

test("an unknown conversation has to be loaded", () => {
  expect(heardIn([conversation("one")], message("a", 1), "me")).toBeNull();
});

test("reading sets the number of one conversation", () => {
  expect(readIn(list, "order", 0).map(({ unread }) => unread)).toEqual([0, 0]);
  expect(readIn(list, "other", 5).map(({ unread }) => unread)).toEqual([0, 2]);
});
