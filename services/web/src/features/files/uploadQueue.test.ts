import { beforeEach, expect, test, vi } from "vitest";
import type { File as OrderFile } from "@/api/schema";
import { session } from "@/api/session";
import { upload } from "@/api/upload";
import { createUploadQueue, isBusy } from "./uploadQueue";

/** An `XMLHttpRequest` that the test answers. */
class FakeRequest {
  static all: FakeRequest[] = [];
  upload: { onprogress?: (event: { lengthComputable: boolean; loaded: number; total: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  status = 0;
  responseText = "";
  url = "";
  headers: Record<string, string> = {};
  file: File | null = null;

  constructor() {
    FakeRequest.all.push(this);
  }
  open(_method: string, url: string) {
    this.url = url;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  getResponseHeader() {
    return null;
  }
  send(form: FormData) {
    this.file = form.get("file") as File;
  }
  abort() {
    this.onabort?.();
  }
  progress(loaded: number, total: number) {
    this.upload.onprogress?.({ lengthComputable: true, loaded, total });
  }
  answer(status: number, body: unknown) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
  }
}

const refusal = (code: string, message: string) => ({ success: false, error: { code, message, details: [] } });
const file = (name: string) => new File(["content"], name);

beforeEach(() => {
  FakeRequest.all = [];
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  session.begin({ accessToken: "token", expiresIn: 900, user: { id: "me" } } as Parameters<typeof session.begin>[0]);
});

function newQueue() {
  const done: OrderFile[] = [];
  const queue = createUploadQueue({
    check: async ({ name }) => (name.endsWith(".exe") ? "wrongType" : null),
    send: (item, onProgress, key) => upload(`/upload/${item.purpose}`, item.file, onProgress, {}, key),
    onDone: (one) => done.push(one),
  });
  const states = () => queue.get().map(({ state }) => state);
  /** The request with this number, once it is sent. */
  const request = async (index: number) => {
    await vi.waitFor(() => expect(FakeRequest.all[index]?.file).toBeTruthy());
    const found = FakeRequest.all[index];
    if (!found) throw new Error("not sent");
    return found;
  };
  return { queue, done, states, request };
}

test("sends one after the other, with progress and the token", async () => {
  const { queue, done, states, request } = newQueue();
  queue.add([file("a.png"), file("b.png")], "RESULT");
  const first = await request(0);
  expect(first.url).toBe("/upload/RESULT");
  expect(first.headers.authorization).toBe("Bearer token");
  expect(first.file?.name).toBe("a.png");
  first.progress(1, 4);
  expect(states()).toEqual([{ kind: "sending", share: 0.25 }, { kind: "queued" }]);
  expect(isBusy(queue.get())).toBe(true);
  first.answer(201, { id: "1" });
  const second = await request(1);
  expect(second.file?.name).toBe("b.png");
  expect(states()).toEqual([{ kind: "sending", share: 0 }]);
  second.answer(201, { id: "2" });
  await vi.waitFor(() => expect(states()).toEqual([]));
  expect(done).toEqual([{ id: "1" }, { id: "2" }]);
  expect(isBusy(queue.get())).toBe(false);
});

test("a stopped upload can be sent again, and the next one goes on", async () => {
  const { queue, done, states, request } = newQueue();
  queue.add([file("a.png"), file("b.png")], "REFERENCE");
  const first = await request(0);
  const id = queue.get()[0]?.id ?? "";
  queue.stop(id);
  (await request(1)).answer(201, { id: "b" });
  await vi.waitFor(() => expect(states()).toEqual([{ kind: "stopped" }]));
  queue.retry(id);
  const again = await request(2);
  expect(again.headers["idempotency-key"]).toBe(first.headers["idempotency-key"]);
  again.answer(201, { id: "a" });
  await vi.waitFor(() => expect(states()).toEqual([]));
  expect(done).toEqual([{ id: "b" }, { id: "a" }]);
});

test("one that waits is stopped without being sent", async () => {
  const { queue, states, request } = newQueue();
  queue.add([file("a.png"), file("b.png")], "PROGRESS");
  const first = await request(0);
  queue.stop(queue.get()[1]?.id ?? "");
  first.answer(201, { id: "a" });
  await vi.waitFor(() => expect(states()).toEqual([{ kind: "stopped" }]));
  expect(FakeRequest.all).toHaveLength(1);
});

test("a refusal stays at its file, and the others go on", async () => {
  const { queue, states, request } = newQueue();
  queue.add([file("a.png"), file("b.png")], "PROGRESS");
  const first = await request(0);
  first.answer(413, refusal("PAYLOAD_TOO_LARGE", "the file is too large"));
  const second = await request(1);
  second.answer(201, { id: "b" });
  await vi.waitFor(() => expect(queue.get()).toHaveLength(1));
  expect(states()).toMatchObject([{ kind: "failed", error: { code: "PAYLOAD_TOO_LARGE", status: 413 } }]);
  // A new attempt must not get the stored refusal.
  queue.retry(queue.get()[0]?.id ?? "");
  const again = await request(2);
  expect(again.headers["idempotency-key"]).not.toBe(first.headers["idempotency-key"]);
});

test("after a broken connection it is sent again with the same key", async () => {
  const { queue, states, request } = newQueue();
  queue.add([file("a.png")], "PROGRESS");
  const first = await request(0);
  first.onerror?.();
  await vi.waitFor(() => expect(states()).toMatchObject([{ kind: "failed", error: expect.any(TypeError) }]));
  queue.retry(queue.get()[0]?.id ?? "");
  expect((await request(1)).headers["idempotency-key"]).toBe(first.headers["idempotency-key"]);
});

test("what is not allowed is not sent, and can be taken out", async () => {
  const { queue, states } = newQueue();
  queue.add([file("a.exe")], "PROGRESS");
  await vi.waitFor(() => expect(states()).toEqual([{ kind: "problem", problem: "wrongType" }]));
  expect(FakeRequest.all).toEqual([]);
  queue.remove(queue.get()[0]?.id ?? "");
  expect(queue.get()).toEqual([]);
});

test("a removed upload is stopped", async () => {
  const { queue, done, request } = newQueue();
  queue.add([file("a.png")], "PROGRESS");
  const first = await request(0);
  queue.remove(queue.get()[0]?.id ?? "");
  await vi.waitFor(() => expect(queue.get()).toEqual([]));
  first.answer(201, { id: "a" });
  await Promise.resolve();
  expect(done).toEqual([]);
});
