import { screen, waitFor, within } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import type { Delivery } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { type MailFilters, mailFilters } from "./filters";
import { MailLog } from "./MailLog";

const LIST = "GET /api/v1/admin/deliveries";
const RETRY = "POST /api/v1/admin/deliveries/{id}/retry";

const dead: Delivery = {
  id: "d1",
  state: "DEAD",
  userId: "0190-ada",
  to: "ada@shop.test",
  subject: "Order confirmation W261130-7K3M9QX",
  attempts: 8,
  lastError: "550 no such mailbox",
  nextAttemptAt: null,
  sentAt: null,
  createdAt: "2026-11-30T10:00:00Z",
};

function List({ start = {} }: { start?: MailFilters }) {
  const [filters, setFilters] = useState(start);
  return <MailLog filters={filters} onChange={setFilters} />;
}

test("a mail that was given up says why, and is sent again", async () => {
  let state: Delivery["state"] = "DEAD";
  const sent = fakeApi({
    [LIST]: () => ({ items: [{ ...dead, state }], nextCursor: null, total: 1 }),
    [RETRY]: () => {
      state = "QUEUED";
      return { ...dead, state };
    },
  });
  const { user } = show(<List />);
  const row = (await screen.findByRole("link", { name: "ada@shop.test" })).closest("tr") as HTMLElement;
  expect(within(row).getByText("550 no such mailbox")).toBeTruthy();
  expect(screen.getByText("1 mail")).toBeTruthy();
  await user.click(within(row).getByRole("button", { name: `Send again: ${dead.subject}` }));
  await waitFor(() => expect(within(row).getByText("Waiting")).toBeTruthy());
  expect(within(row).queryByRole("button")).toBeNull();
  expect(sent.filter(({ method }) => method === "POST").map(({ path }) => path)).toEqual([
    "/api/v1/admin/deliveries/d1/retry",
  ]);
});

test("a refusal is told, and the list shows what is true now", async () => {
  let lists = 0;
  fakeApi({
    [LIST]: () => ({ items: [{ ...dead, state: lists++ ? "SENT" : "DEAD" }], nextCursor: null, total: 1 }),
    [RETRY]: () => refusal(409, "CONFLICT", "the mail is SENT; only one that is DEAD is sent again"),
  });
  const { user } = show(<List />);
  await user.click(await screen.findByRole("button", { name: /^Send again/ }));
  expect(await screen.findByRole("alert")).toBeTruthy();
  const table = screen.getByRole("table");
  await waitFor(() => expect(within(table).getByText("Sent")).toBeTruthy());
});

test("lists one state, and the address names it", async () => {
  const sent = fakeApi({ [LIST]: () => ({ items: [], nextCursor: null, total: 0 }) });
  const { user } = show(<List start={mailFilters({ state: "DEAD", cursor: "!" })} />);
  await user.selectOptions(await screen.findByLabelText("State"), "Suppressed");
  await waitFor(() => expect(sent.at(-1)?.query.get("state")).toBe("SUPPRESSED"));
  expect(sent[0]?.query.get("state")).toBe("DEAD");
  expect(sent.every(({ query }) => query.get("cursor") === null)).toBe(true);
  expect(mailFilters({ state: "LOST" })).toEqual({});
});
