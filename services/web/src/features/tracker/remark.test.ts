import { expect, test } from "vitest";
import type { OrderEvent } from "@/api/schema";
import { usd } from "@/testing/samples";
import { type Remark, remarkOf } from "./remark";

test.each<[OrderEvent, string | null, Remark | null]>([
  ["CANCELLED", null, null],
  ["CANCELLED", "Ordered twice.", { kind: "said", text: "Ordered twice." }],
  ["EXPIRED", "not paid in time", null],
  ["EDITED", "changed: title, wanted date", { kind: "changed", parts: ["title", "wanted date"], total: null }],
  [
    "EDITED",
    "changed: items; total 19.99 USD → 39.98 USD",
    { kind: "changed", parts: ["items"], total: { was: usd(1999), is: usd(3998) } },
  ],
  ["EDITED", "changed: colour", { kind: "said", text: "changed: colour" }],
  [
    "QUOTED",
    "450.00 USD, valid until 2026-12-31T12:00:00.000000Z",
    { kind: "offered", amount: usd(45000), until: "2026-12-31T12:00:00.000000Z" },
  ],
  ["QUOTED", "as we said, valid until then", { kind: "said", text: "as we said, valid until then" }],
  ["QUOTE_ACCEPTED", "total 450.00 USD", { kind: "amount", amount: usd(45000) }],
  ["STATUS_CHANGED", "shipped", { kind: "shipped", carrier: null, number: null }],
  ["STATUS_CHANGED", "shipped by DHL, tracking number 12 34", { kind: "shipped", carrier: "DHL", number: "12 34" }],
  ["STATUS_CHANGED", "shipped, tracking number 12", { kind: "shipped", carrier: null, number: "12" }],
  ["STATUS_CHANGED", "Waiting for your logo", { kind: "said", text: "Waiting for your logo" }],
  ["COMPLETED", "all goods are delivered", { kind: "delivered" }],
  ["COMPLETED", "Enjoy!", { kind: "said", text: "Enjoy!" }],
  ["PLACED", "in place of W261121-7K3M9QX", { kind: "insteadOf", number: "W261121-7K3M9QX" }],
  ["REPLACED", "replaced by W261121-7K3M9QX", { kind: "replacedBy", number: "W261121-7K3M9QX", text: null }],
  [
    "REPLACED",
    "replaced by W261121-7K3M9QX: no time\nsorry",
    { kind: "replacedBy", number: "W261121-7K3M9QX", text: "no time\nsorry" },
  ],
])("%s with %o", (event, note, expected) => expect(remarkOf({ event, note })).toEqual(expected));
