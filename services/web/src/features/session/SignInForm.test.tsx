import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { SignInForm } from "./SignInForm";
import { signIn } from "./signIn";

const answer = {
  accessToken: "token",
  tokenType: "Bearer",
  expiresIn: 900,
  user: { id: "1", email: "ada@shop.test", firstName: "Ada", lastName: "", role: "CUSTOMER" },
};

test("signs in with a cookie, and says who it is", async () => {
  const sent = fakeApi({ "POST /api/v1/auth/login": () => answer });
  const onDone = vi.fn();
  const { user } = show(<SignInForm onDone={onDone} />);
  await user.type(await screen.findByLabelText("E-mail"), "ada@shop.test");
  await user.type(screen.getByLabelText("Password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent.find(({ method }) => method === "POST")?.body).toEqual({
    email: "ada@shop.test",
    password: "correct horse",
    session: "cookie",
  });
  expect(session.get()).toMatchObject({ kind: "user", token: "token" });
});

test("shows a refusal in place, and keeps what was typed", async () => {
  fakeApi({ "POST /api/v1/auth/login": () => refusal(401, "UNAUTHENTICATED", "wrong e-mail address or password") });
  const { user } = show(<SignInForm onDone={() => undefined} />);
  await user.type(await screen.findByLabelText("E-mail"), "ada@shop.test");
  await user.type(screen.getByLabelText("Password"), "wrong");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect((await screen.findByRole("alert")).textContent).toContain("do not match an account");
  expect(screen.getByLabelText<HTMLInputElement>("E-mail").value).toBe("ada@shop.test");
  expect(document.activeElement).toBe(screen.getByLabelText("Password"));
});

test("a suspended account is told so, and a limit how long it lasts", async () => {
  const limited = refusal(429, "RATE_LIMITED", "too many sign-ins");
  limited.headers.set("retry-after", "30");
  const answers = [refusal(403, "FORBIDDEN", "the account is suspended"), limited];
  fakeApi({ "POST /api/v1/auth/login": () => answers.shift() });
  const { user } = show(<SignInForm onDone={() => undefined} />);
  await user.type(await screen.findByLabelText("E-mail"), "ada@shop.test");
  await user.type(screen.getByLabelText("Password"), "correct horse{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("suspended");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("30 seconds"));
});

test("brings the guest's cart along, and signs in even if that does not work", async () => {
  localStorage.setItem("waybill.cart", "cart-token");
  let away = true;
  const sent = fakeApi({
    "POST /api/v1/auth/login": () => answer,
    "POST /api/v1/cart/merge": () => (away ? refusal(503, "UNAVAILABLE", "try again shortly") : { items: [] }),
  });
  await signIn({ email: "ada@shop.test", password: "correct horse" });
  // The next sign-in takes it.
  expect(localStorage.getItem("waybill.cart")).toBe("cart-token");
  away = false;
  await signIn({ email: "ada@shop.test", password: "correct horse" });
  expect(localStorage.getItem("waybill.cart")).toBeNull();
  const merges = sent.filter(({ path }) => path === "/api/v1/cart/merge");
  expect(merges.map(({ headers }) => headers.get("x-cart-token"))).toEqual(["cart-token", "cart-token"]);
});

test("a demo shop offers an account of each role", async () => {
  const account = (role: string, email: string) => ({ role, email, password: "demo-password" });
  const demoAccounts = [account("CUSTOMER", "ada@shop.test"), account("CUSTOMER", "eve@shop.test")];
  const sent = fakeApi({ "GET /api/v1/shop": () => ({ demoAccounts }), "POST /api/v1/auth/login": () => answer });
  const onDone = vi.fn();
  const { user } = show(<SignInForm onDone={onDone} />);
  await user.click(await screen.findByRole("button", { name: "Customer: ada@shop.test" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  const login = sent.find(({ method }) => method === "POST");
  expect(login?.body).toEqual({ email: "ada@shop.test", password: "demo-password", session: "cookie" });
  expect(screen.queryByText(/eve@/)).toBeNull();
});

test("sends nothing without an address", async () => {
  const sent = fakeApi({});
  const { user } = show(<SignInForm onDone={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Sign in" }));
  expect(await screen.findByText("is not an e-mail address")).toBeTruthy();
  expect(sent.filter(({ method }) => method === "POST")).toEqual([]);
});
