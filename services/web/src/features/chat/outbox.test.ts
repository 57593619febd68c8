import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "@/api/failure";
import type { Message } from "@/api/schema";
import { createOutbox } from "./outbox";
import { message } from "./testing";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const key = "outbox";
const lost = () => Promise.reject(new TypeError("network: no acknowledgement"));
const settle = () => vi.advanceTimersByTimeAsync(0);

type Sent = { clientId: string; body: string };

function stored({ clientId, body }: Sent): Message {
  return { ...message(clientId, 1, "me"), clientId, body };
}

function fakeServer(...answers: ((sent: Sent) => Promise<Message>)[]) {
  const sent: Sent[] = [];
  const deliver = (one: Sent) => {
    sent.push(one);
    const answer = answers.shift();
    return answer ? answer(one) : Promise.resolve(stored(one));
  };
  return { sent, deliver };
}

test("a stored message leaves the outbox and is handed over", async () => {
  const { sent, deliver } = fakeServer();
  const outbox = createOutbox({ key, deliver });
  const heard: Message[] = [];
  outbox.onStored((one) => heard.push(one));
  outbox.send("hello");
  expect(outbox.get()).toMatchObject([{ body: "hello", state: "sending" }]);
  await settle();
  expect(outbox.get()).toEqual([]);
  expect(heard).toMatchObject([{ body: "hello", clientId: sent[0]?.clientId }]);
  expect(sessionStorage.getItem(key)).toBeNull();
});

test("without an answer it is kept and sent again with the same id", async () => {
  const { sent, deliver } = fakeServer(lost, lost);
  const outbox = createOutbox({ key, deliver });
  outbox.send("hello");
  await settle();
  expect(outbox.get()).toMatchObject([{ state: "waiting" }]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sent).toHaveLength(2);
  // As soon as the connection is back, not only after the pause.
  outbox.resume();
  await settle();
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map(({ clientId }) => clientId)).size).toBe(1);
  expect(outbox.get()).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(3);
});

test("what waits outlives a reload", async () => {
  const before = fakeServer(lost);
  createOutbox({ key, deliver: before.deliver }).send("hello");
  await settle();
  const { sent, deliver } = fakeServer();
  const outbox = createOutbox({ key, deliver });
  expect(outbox.get()).toMatchObject([{ body: "hello", state: "waiting" }]);
  outbox.resume();
  await settle();
  expect(sent).toEqual(before.sent);
});

test("a refused message stays until it is retried or discarded, and holds up no other", async () => {
  const refusal = new ApiError({ status: 404, code: "NOT_FOUND", message: "no such conversation" });
  const refuse = () => Promise.reject(refusal);
  const { sent, deliver } = fakeServer(refuse);
  const outbox = createOutbox({ key, deliver });
  outbox.send("first");
  outbox.send("second");
  await settle();
  expect(outbox.get()).toMatchObject([
    { body: "first", state: "refused", refusal: { code: "NOT_FOUND", message: "no such conversation" } },
  ]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent.map(({ body }) => body)).toEqual(["first", "second"]);
  outbox.retry(sent[0]?.clientId ?? "");
  await settle();
  expect(sent[2]).toEqual(sent[0]);
  expect(outbox.get()).toEqual([]);
});

test("a discarded message is not sent again", async () => {
  const { sent, deliver } = fakeServer(lost);
  const outbox = createOutbox({ key, deliver });
  outbox.send("hello");
  await settle();
  outbox.discard(sent[0]?.clientId ?? "");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
  expect(sessionStorage.getItem(key)).toBeNull();
});

test("messages are sent in the order of writing", async () => {
  const { sent, deliver } = fakeServer(lost);
  const outbox = createOutbox({ key, deliver });
  outbox.send("first");
  outbox.send("second");
  await settle();
  expect(sent.map(({ body }) => body)).toEqual(["first"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sent.map(({ body }) => body)).toEqual(["first", "first", "second"]);
});

test("a limit of the server is waited for", async () => {
  const slow = () =>
    Promise.reject(new ApiError({ status: 429, code: "RATE_LIMITED", message: "too fast", retryAfter: 20 }));
  const { sent, deliver } = fakeServer(slow);
  createOutbox({ key, deliver }).send("hello");
  await vi.advanceTimersByTimeAsync(19_000);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toHaveLength(2);
});

test("nothing is sent in the name of another user", async () => {
  const { sent, deliver } = fakeServer();
  let mine = false;
  const outbox = createOutbox({ key, deliver, mine: () => mine });
  outbox.send("hello");
  await settle();
  expect(sent).toEqual([]);
  mine = true;
  outbox.resume();
  await settle();
  expect(sent).toHaveLength(1);
});
