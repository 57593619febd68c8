import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { PasswordForm } from "./PasswordForm";

const CHANGE = "POST /api/v1/users/change-password";
const field = (label: string) => screen.findByLabelText<HTMLInputElement>(label);

async function fill(current: string, next: string) {
  const { user } = show(<PasswordForm email="ada@shop.test" />);
  await user.type(await field("Current password"), current);
  await user.type(await field("New password"), next);
  await user.click(screen.getByRole("button", { name: "Change password" }));
}

test("changes the password, and says what that means", async () => {
  const sent = fakeApi({ [CHANGE]: () => ({ success: true }) });
  await fill("correct horse", "staple battery");
  expect(await screen.findByText(/Your password is changed/)).toBeTruthy();
  expect(sent.map(({ body }) => body)).toEqual([{ currentPassword: "correct horse", newPassword: "staple battery" }]);
  expect((await field("Current password")).value).toBe("");
});

test("a refusal is shown at its field, and what was typed is kept", async () => {
  const wrong = { field: "currentPassword", message: "is not the current password" };
  fakeApi({ [CHANGE]: () => refusal(422, "VALIDATION_ERROR", "invalid", [wrong]) });
  await fill("correct hose", "staple battery");
  expect(await screen.findByText("This is not your current password.")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
  expect((await field("Current password")).value).toBe("correct hose");
  expect((await field("New password")).value).toBe("staple battery");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Current password")));
});

test("a weak password is refused in the server's words", async () => {
  const weak = { field: "newPassword", message: "is easy to guess" };
  fakeApi({ [CHANGE]: () => refusal(422, "VALIDATION_ERROR", "invalid", [weak]) });
  await fill("correct horse", "password1");
  expect(await screen.findByText("Is easy to guess.")).toBeTruthy();
});

test("another failure is shown above, and what was typed is kept", async () => {
  fakeApi({ [CHANGE]: () => refusal(429, "RATE_LIMITED", "too many attempts") });
  await fill("correct horse", "staple battery");
  expect((await screen.findByRole("alert")).textContent).toContain("Too many attempts.");
  expect((await field("New password")).value).toBe("staple battery");
});

test("nothing is sent that cannot be right", async () => {
  const sent = fakeApi({});
  await fill("correct horse", "short");
  expect(await screen.findByText("needs at least 8 characters")).toBeTruthy();
  expect(sent).toEqual([]);
});

test("the new password is another one", async () => {
  const sent = fakeApi({});
  await fill("correct horse", "correct horse");
  expect(await screen.findByText("is the current password; choose another one")).toBeTruthy();
  expect(sent).toEqual([]);
});
