import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { RegisterForm } from "./RegisterForm";

const REGISTER = "POST /api/v1/auth/register";
const answer = {
  accessToken: "token",
  tokenType: "Bearer",
  expiresIn: 900,
  user: { id: "1", email: "ada@shop.test", firstName: "Ada", lastName: "", role: "CUSTOMER" },
};

async function fill(route: () => unknown, password = "correct horse") {
  const onDone = vi.fn();
  const sent = fakeApi({ [REGISTER]: route });
  const { user } = show(<RegisterForm next="/cart" onDone={onDone} />);
  await user.type(await screen.findByLabelText("First name"), " Ada ");
  await user.type(screen.getByLabelText("E-mail"), "ada@shop.test");
  await user.type(screen.getByLabelText("Password"), password);
  await user.click(screen.getByRole("button", { name: "Create account" }));
  return { onDone, sent };
}

test("creates an account and signs in with a cookie", async () => {
  const { onDone, sent } = await fill(() => answer);
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent[0]?.body).toEqual({
    email: "ada@shop.test",
    firstName: "Ada",
    lastName: "",
    password: "correct horse",
    session: "cookie",
  });
  expect(session.get()).toMatchObject({ kind: "user", token: "token" });
});

test("an address that has an account leads to signing in, and on to the same place", async () => {
  const details = [{ field: "email", message: "has an account already" }];
  await fill(() => refusal(409, "EMAIL_TAKEN", "this e-mail address has an account already", details));
  expect(await screen.findByText("This address has an account already.")).toBeTruthy();
  const link = screen.getByRole("link", { name: "Sign in instead" });
  expect(link.getAttribute("href")).toBe("/sign-in?next=%2Fcart");
  expect(document.activeElement).toBe(screen.getByLabelText("E-mail"));
});

test("a password that is easy to guess is refused at its field, and the rest stays", async () => {
  const details = [{ field: "password", message: "This is a top-10 common password. Choose 12 characters or more" }];
  await fill(() => refusal(422, "VALIDATION_ERROR", "password", details), "password1");
  expect(await screen.findByText(/top-10 common password/)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Password"));
  expect(screen.getByLabelText<HTMLInputElement>("E-mail").value).toBe("ada@shop.test");
});

test("sends nothing that the shop refuses anyway", async () => {
  const { sent, onDone } = await fill(() => answer, "short");
  expect(await screen.findByText("needs 8 to 128 characters")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Password"));
  expect(sent).toEqual([]);
  expect(onDone).not.toHaveBeenCalled();
});
