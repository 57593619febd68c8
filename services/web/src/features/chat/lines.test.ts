import { expect, test } from "vitest";
import type { Message } from "@/api/schema";
import { linesOf } from "./lines";
import { message } from "./testing";

/** A short form: the kind, and the ids of the messages. */
function shape(messages: Message[], divider: string | null = null): string[] {
  return linesOf(messages, "me", divider).map((line) => {
    if (line.kind === "group") return `${line.own ? "own" : line.author.id}: ${line.messages.map(({ id }) => id)}`;
    return line.kind === "system" ? `system: ${line.message.id}` : line.kind;
  });
}

const HOUR = 3600;

test("messages of one author stand together", () => {
  const messages = [message("a", 1), message("b", 60), message("c", 90, "me"), message("d", 95, "me")];
  expect(shape(messages)).toEqual(["day", "ada: a,b", "own: c,d"]);
});

test("a pause, a system line and another day begin anew", () => {
  expect(shape([message("a", 1), message("b", 601)])).toEqual(["day", "ada: a", "ada: b"]);
  expect(shape([message("a", 1), message("b", 2, null), message("c", 3)])).toEqual([
    "day",
    "ada: a",
    "system: b",
    "ada: c",
  ]);
  expect(shape([message("a", 1), message("b", 30 * HOUR)])).toEqual(["day", "ada: a", "day", "ada: b"]);
});

test("the unread ones begin below a line", () => {
  expect(shape([message("a", 1), message("b", 2), message("c", 3)], "b")).toEqual([
    "day",
    "ada: a",
    "unread",
    "ada: b,c",
  ]);
  expect(shape([], "b")).toEqual([]);
});
