import { expect, test } from "vitest";
import { api } from "@/api/client";
import { ApiError, failureOf } from "@/api/failure";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { exportCsv, nameOf } from "@/ui/exportCsv";
import { type OrderFilters, orderQuery } from "./filters";

const PATH = "GET /api/v1/admin/orders/export";
const headers = { "content-type": "text/csv", "content-disposition": 'attachment; filename="orders-1.csv"' };

type Sink = ReadableStreamDefaultController<Uint8Array>;

function streamed(start: (sink: Sink) => void): Response {
  return new Response(new ReadableStream<Uint8Array>({ start }), { headers });
}

const bytes = (text: string) => new TextEncoder().encode(text);

function run(filters: OrderFilters = {}, onBytes: (count: number, control: AbortController) => void = () => undefined) {
  const control = new AbortController();
  const options = { bom: false, signal: control.signal, onBytes: (count: number) => onBytes(count, control) };
  return exportCsv(
    (form, how) =>
      api.GET("/api/v1/admin/orders/export", { params: { query: { ...orderQuery(filters), ...form } }, ...how }),
    options,
  );
}

test("tells the bytes so far, and puts the pieces together", async () => {
  fakeApi({
    [PATH]: () =>
      streamed((sink) => {
        sink.enqueue(bytes("id,total\n"));
        sink.enqueue(bytes("1,9.99\n"));
        sink.close();
      }),
  });
  const told: number[] = [];
  const { name, file } = await run({}, (count) => told.push(count));
  expect(told).toEqual([9, 16]);
  expect(name).toBe("orders-1.csv");
  expect(await file.text()).toBe("id,total\n1,9.99\n");
});

test("sends the filters of the list, but neither page nor columns", async () => {
  const sent = fakeApi({ [PATH]: () => streamed((sink) => sink.close()) });
  await run({ status: ["PENDING", "ON_HOLD"], q: "a", sort: "OLDEST", cursor: "x", columns: ["total"] });
  const query = sent[0]?.query;
  expect(query?.getAll("status")).toEqual(["PENDING", "ON_HOLD"]);
  expect(Object.fromEntries(query ?? [])).toMatchObject({ q: "a", sort: "OLDEST", bom: "false", format: "csv" });
  expect(query?.has("cursor")).toBe(false);
  expect(query?.has("columns")).toBe(false);
});

test("a large file is whole", async () => {
  const size = 5_000_000;
  fakeApi({
    [PATH]: () =>
      streamed((sink) => {
        sink.enqueue(new Uint8Array(size));
        sink.enqueue(new Uint8Array(3));
        sink.close();
      }),
  });
  expect((await run()).file.size).toBe(size + 3);
});

test("stops when it is told to, and gives no part of the file", async () => {
  fakeApi({ [PATH]: () => streamed((sink) => sink.enqueue(bytes("id,total\n"))) });
  const stopped = run({}, (_, control) => control.abort());
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
});

test("an export that breaks off is a lost connection, not a file", async () => {
  fakeApi({
    [PATH]: () =>
      streamed((sink) => {
        sink.enqueue(bytes("id,total\n"));
        sink.error(new TypeError("terminated"));
      }),
  });
  const error = await run().catch((reason: unknown) => reason);
  expect(failureOf(error)).toEqual({ kind: "unreachable" });
});

test("a refusal is thrown before anything is read", async () => {
  fakeApi({ [PATH]: () => refusal(429, "RATE_LIMITED", "too many exports") });
  const error = await run().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: "RATE_LIMITED" });
});

test.each([
  ['attachment; filename="orders-20261130.csv"', "orders-20261130.csv"],
  ["attachment; filename=a.csv", "a.csv"],
  [null, "export.csv"],
])("of %j the name is %s", (disposition, name) => {
  expect(nameOf(disposition)).toBe(name);
});
