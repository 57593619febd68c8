import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { NoteForm } from "./NoteForm";

const ADD = "POST /api/v1/orders/{id}/notes";
const note = { id: "0190-note", orderId: "0190-order", author: null, body: "Dry.", visibility: "INTERNAL" };

test("a note is internal unless it is meant for the customer", async () => {
  const sent = fakeApi({ [ADD]: () => note });
  const { user } = show(<NoteForm orderId="0190-order" />);
  await user.type(await screen.findByLabelText("Note"), "Paper is short.");
  await user.click(screen.getByRole("button", { name: "Add internal note" }));
  await waitFor(() => expect(sent.length).toBe(1));
  expect(sent[0]?.body).toEqual({ body: "Paper is short.", visibility: "INTERNAL" });
});

test("the button says that the customer reads it, and the next note is internal again", async () => {
  const sent = fakeApi({ [ADD]: () => note });
  const { user } = show(<NoteForm orderId="0190-order" />);
  await user.type(await screen.findByLabelText("Note"), "Please choose a draft.");
  await user.click(screen.getByLabelText("Also the customer"));
  await user.click(screen.getByRole("button", { name: "Send to the customer" }));
  await waitFor(() => expect(sent.length).toBe(1));
  expect(sent[0]?.body).toEqual({ body: "Please choose a draft.", visibility: "CUSTOMER" });
  expect(await screen.findByRole("button", { name: "Add internal note" })).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>("Note").value).toBe("");
});

test("sends nothing without text, and keeps the text of a refused note", async () => {
  const sent = fakeApi({ [ADD]: () => refusal(409, "CONFLICT", "this order was closed") });
  const { user } = show(<NoteForm orderId="0190-order" />);
  await user.click(await screen.findByRole("button", { name: "Add internal note" }));
  expect(await screen.findByText("is required")).toBeTruthy();
  expect(sent).toEqual([]);
  await user.type(screen.getByLabelText("Note"), "Dry.");
  await user.click(screen.getByRole("button", { name: "Add internal note" }));
  expect((await screen.findByRole("alert")).textContent).toContain("This order was closed.");
  expect(screen.getByLabelText<HTMLTextAreaElement>("Note").value).toBe("Dry.");
});
