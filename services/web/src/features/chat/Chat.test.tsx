import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { NewMessage, Session } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, type Routes, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { Chat } from "./Chat";
import { message } from "./testing";

const me = { id: "me", email: "me@shop.test", firstName: "Me", lastName: "", role: "CUSTOMER" };

beforeEach(() => {
  session.begin({ accessToken: "token", tokenType: "Bearer", expiresIn: 900, user: me } as Session);
});

function routes(more: Routes = {}): Routes {
  return {
    "GET /api/v1/orders/{id}": () => ({ id: "order", replacedById: null, version: 1 }),
    "GET /api/v1/orders/{id}/chat/messages": () => ({
      items: [message("b", 20, null), message("a", 10)],
      nextCursor: null,
    }),
    "GET /api/v1/chat/conversations": () => ({ items: [], nextCursor: null }),
    ...more,
  };
}

const log = () => screen.findByRole("log", { name: "Conversation" });
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });

test("shows messages and system lines, oldest first", async () => {
  fakeApi(routes());
  show(<Chat orderId="one" />);
  const text = (await log()).textContent ?? "";
  expect(text.indexOf("body of a")).toBeGreaterThan(-1);
  expect(text.indexOf("body of b")).toBeGreaterThan(text.indexOf("body of a"));
});

test("Enter sends, Shift+Enter begins a new line, and the message is there once", async () => {
  const post = "POST /api/v1/orders/{id}/chat/messages";
  const sent = fakeApi(routes({ [post]: ({ body }) => ({ ...message("c", 30, "me"), ...(body as NewMessage) }) }));
  const { user } = show(<Chat orderId="two" />);
  const conversation = within(await log());
  await user.type(field(), "hello{Shift>}{Enter}{/Shift}there{Enter}");
  expect(await conversation.findByText(/hello\s+there/)).toBeTruthy();
  expect(field().value).toBe("");
  await waitFor(() => expect(conversation.queryByText("Being sent")).toBeNull());
  expect(conversation.getAllByText(/hello\s+there/)).toHaveLength(1);
  const bodies = sent.filter(({ method }) => method === "POST").map(({ body }) => body);
  expect(bodies).toEqual([{ body: "hello\nthere", clientId: expect.any(String) }]);
});

test("a refused message stays, and can be taken back into the field", async () => {
  const post = "POST /api/v1/orders/{id}/chat/messages";
  fakeApi(routes({ [post]: () => refusal(404, "NOT_FOUND", "no such conversation") }));
  const { user } = show(<Chat orderId="three" />);
  await log();
  await user.type(field(), "hello{Enter}");
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("You no longer take part in this conversation.");
  await user.click(within(alert).getByRole("button", { name: "Edit" }));
  expect(field().value).toBe("hello");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("what was typed is still there after a look at another page", async () => {
  fakeApi(routes());
  const { user, unmount } = show(<Chat orderId="four" />);
  await log();
  await user.type(field(), "half a");
  unmount();
  show(<Chat orderId="four" />);
  await log();
  expect(field().value).toBe("half a");
});

test("says why the conversation of others is not shown", async () => {
  fakeApi({
    ...routes(),
    "GET /api/v1/orders/{id}/chat/messages": () => refusal(404, "NOT_FOUND", "no such conversation"),
  });
  show(<Chat orderId="five" />);
  expect(await screen.findByText(/You do not take part in this conversation/)).toBeTruthy();
  expect(screen.queryByRole("textbox")).toBeNull();
});
