import { expect, test } from "vitest";
import type { Message } from "@/api/schema";
import { after, compare, firstUnread, foreignAfter, lastRead, merge, newestForeign, unsent } from "./messages";
import { message } from "./testing";

const ids = (messages: Message[]) => messages.map(({ id }) => id);

test("messages are sorted by time, then by id, and are there once", () => {
  const [a, b, c] = [message("a", 1), message("b", 2), message("c", 2)];
  expect(ids(merge([c, b], [a, b], [c]))).toEqual(["a", "b", "c"]);
  expect(merge([])).toEqual([]);
  expect(compare(b, b)).toBe(0);
});

test("a time with other digits is the same time", () => {
  const short = { ...message("b", 0), createdAt: "2026-11-30T12:00:01Z" };
  const long = { ...message("a", 0), createdAt: "2026-11-30T12:00:01.000000Z" };
  expect(ids(merge([short, long]))).toEqual(["a", "b"]);
});

test("a later state of a message replaces the earlier one", () => {
  expect(merge([message("a", 1)], [{ ...message("a", 1), body: "edited" }])[0]?.body).toBe("edited");
});

test("what was heard before the newest loaded message is dropped", () => {
  const loaded = [message("c", 3), message("b", 2)];
  expect(ids(after(loaded, [message("a", 1), message("c", 3), message("d", 4)]))).toEqual(["d"]);
  expect(ids(after([], [message("a", 1)]))).toEqual(["a"]);
});

test("a waiting message is gone as soon as it is stored", () => {
  const outbox = [{ clientId: "one" }, { clientId: "two" }];
  expect(unsent(outbox, [{ ...message("a", 1), clientId: "one" }, message("b", 2)])).toEqual([{ clientId: "two" }]);
});

test("unread are the last ones of others; system lines and own ones do not count", () => {
  const list = [message("a", 1, "ada"), message("b", 2, "me"), message("c", 3, null), message("d", 4, "ada")];
  expect(firstUnread(list, "me", 1)).toBe("d");
  expect(firstUnread(list, "me", 2)).toBe("a");
  expect(firstUnread(list, "me", 9)).toBe("a");
  expect(firstUnread(list, "me", 0)).toBeNull();
  expect(newestForeign(list.slice(0, 3), "me")?.id).toBe("a");
  expect(foreignAfter(list, "me", "a")).toBe(1);
  expect(foreignAfter(list, "me", "d")).toBe(0);
});

test("the mark of having been read is at the last own message up to the reader's", () => {
  const list = [message("a", 1, "me"), message("b", 2, "me"), message("c", 3, "ada"), message("d", 4, "me")];
  expect(lastRead(list, { ada: "c" }, "me")).toEqual({ id: "b", readers: ["ada"] });
  expect(lastRead(list, { ada: "d", wim: "b" }, "me")).toEqual({ id: "d", readers: ["ada"] });
  expect(lastRead(list, { ada: "a" }, "me")).toEqual({ id: "a", readers: ["ada"] });
  expect(lastRead(list, { me: "d" }, "me")).toBeNull();
  expect(lastRead(list, { ada: "not loaded" }, "me")).toBeNull();
  expect(lastRead(list, {}, "me")).toBeNull();
});
