import { useQuery } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleUser } from "@/testing/samples";
import { show } from "@/testing/show";
import { userOptions } from "./queries";
import { Suspension } from "./Suspension";

const active = sampleUser();
const READ = "GET /api/v1/admin/users/{id}";
const LOG = "GET /api/v1/admin/audit-log";
const SUSPEND = "POST /api/v1/admin/users/{id}/suspend";
const RESTORE = "POST /api/v1/admin/users/{id}/restore";

function Loaded() {
  const user = useQuery(userOptions(active.id));
  return user.data ? <Suspension user={user.data} /> : null;
}

afterEach(() => session.end());

test("suspends for a reason, and undoing restores", async () => {
  const sent = fakeApi({
    [READ]: () => active,
    [LOG]: () => ({ items: [], nextCursor: null }),
    [SUSPEND]: () => ({ ...active, suspended: true }),
    [RESTORE]: () => active,
  });
  const { user } = show(<Loaded />);
  await user.type(await screen.findByLabelText("Reason"), " Chargebacks ");
  await user.click(screen.getByRole("button", { name: "Suspend" }));
  expect(await screen.findByText("Suspended. All sessions of this account have ended.")).toBeTruthy();
  expect(sent.find(({ path }) => path.endsWith("/suspend"))?.body).toEqual({ reason: "Chargebacks" });
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await screen.findByText("Restored. This account can sign in again.")).toBeTruthy();
});

test("says by whom and why, and undoing a restore suspends for the same reason", async () => {
  const suspended = { ...active, suspended: true };
  const actor = { id: "2", name: "Grace", role: "ADMIN" };
  const act = { id: "a", at: "2026-11-21T09:30:00Z", actor, after: { suspended: true, reason: "Chargebacks" } };
  const sent = fakeApi({
    [READ]: () => suspended,
    [LOG]: () => ({ items: [act], nextCursor: null }),
    [RESTORE]: () => active,
    [SUSPEND]: () => suspended,
  });
  const { user } = show(<Loaded />);
  expect(await screen.findByText(/Suspended by Grace/)).toBeTruthy();
  expect(screen.getByText(/Reason: Chargebacks/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Restore" }));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  const again = () => sent.find(({ path }) => path.endsWith("/suspend"));
  await waitFor(() => expect(again()?.body).toEqual({ reason: "Chargebacks" }));
});

test("a refusal is told, and the reason stays", async () => {
  fakeApi({
    [READ]: () => active,
    [SUSPEND]: () => refusal(409, "LAST_ADMIN", "this is the last active administrator"),
  });
  const { user } = show(<Loaded />);
  const reason = await screen.findByLabelText<HTMLTextAreaElement>("Reason");
  await user.type(reason, "Left");
  await user.click(screen.getByRole("button", { name: "Suspend" }));
  expect((await screen.findByRole("alert")).textContent).toContain("This is the last active administrator");
  expect(reason.value).toBe("Left");
});

test("nobody can suspend themselves", async () => {
  session.begin({ accessToken: "token", tokenType: "Bearer", expiresIn: 900, user: active });
  fakeApi({ [READ]: () => active });
  show(<Loaded />);
  expect(await screen.findByText("You cannot suspend your own account. Another administrator can.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Suspend" })).toBeNull();
});
