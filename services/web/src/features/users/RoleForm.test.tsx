import { useQuery } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleUser } from "@/testing/samples";
import { show } from "@/testing/show";
import { userOptions } from "./queries";
import { RoleForm } from "./RoleForm";

const ada = sampleUser({ role: "STAFF" });

const READ = "GET /api/v1/admin/users/{id}";
const CHANGE = "PATCH /api/v1/admin/users/{id}/role";

/** The form with the account that the server knows, as on the page. */
function Loaded({ openOrders = 0, onLeft }: { openOrders?: number; onLeft?: () => void }) {
  const user = useQuery(userOptions(ada.id));
  return user.data ? <RoleForm user={user.data} openOrders={openOrders} onLeft={onLeft} /> : null;
}

function changes(sent: ReturnType<typeof fakeApi>) {
  return sent.filter(({ method }) => method === "PATCH").map(({ body }) => body);
}

afterEach(() => session.end());

test("changes the role for the version that was read, and takes it back", async () => {
  let known = ada;
  const sent = fakeApi({
    [READ]: () => known,
    [CHANGE]: ({ body }) => {
      known = { ...known, ...(body as object), version: known.version + 1 };
      return known;
    },
  });
  const { user } = show(<Loaded />);
  const button = await screen.findByRole<HTMLButtonElement>("button", { name: "Change role" });
  expect(button.disabled).toBe(true);
  await user.click(screen.getByLabelText("Administrator"));
  await user.click(button);
  expect(await screen.findByText("Ada Lovelace now has the role: Administrator.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(changes(sent)).toHaveLength(2));
  expect(changes(sent)).toEqual([
    { role: "ADMIN", version: 3 },
    { role: "STAFF", version: 4 },
  ]);
});

test("the last administrator stays one: the refusal is told, and the choice kept", async () => {
  fakeApi({
    [READ]: () => ({ ...ada, role: "ADMIN" }),
    [CHANGE]: () => refusal(409, "LAST_ADMIN", "this is the last active administrator; make somebody else ADMIN first"),
  });
  const { user } = show(<Loaded />);
  await user.click(await screen.findByLabelText("Customer"));
  await user.click(screen.getByRole("button", { name: "Change role" }));
  expect((await screen.findByRole("alert")).textContent).toContain("This is the last active administrator");
  expect(screen.getByLabelText<HTMLInputElement>("Customer").checked).toBe(true);
});

test("a stale version loads the new state, and the next try sends it", async () => {
  let version = 3;
  const sent = fakeApi({
    [READ]: () => ({ ...ada, version }),
    [CHANGE]: ({ body }) => {
      if ((body as { version: number }).version === 9) return { ...ada, role: "ADMIN", version: 10 };
      version = 9;
      return refusal(409, "VERSION_CONFLICT", "somebody else has changed it since you read it");
    },
  });
  const { user } = show(<Loaded />);
  await user.click(await screen.findByLabelText("Administrator"));
  await user.click(screen.getByRole("button", { name: "Change role" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Somebody else has changed it");
  await waitFor(() => expect(sent.filter(({ method }) => method === "GET")).toHaveLength(2));
  await user.click(screen.getByRole("button", { name: "Change role" }));
  await waitFor(() => expect(changes(sent)).toHaveLength(2));
  expect(changes(sent)[1]).toEqual({ role: "ADMIN", version: 9 });
});

test("says what happens to open orders", async () => {
  fakeApi({ [READ]: () => ada });
  const { user } = show(<Loaded openOrders={2} />);
  await user.click(await screen.findByLabelText("Customer"));
  expect(screen.getByRole("alert").textContent).toContain("2 open orders stay with this account.");
});

test("administrators who give up their own rights are warned, and leave", async () => {
  const admin = { ...ada, role: "ADMIN" as const };
  session.begin({ accessToken: "token", tokenType: "Bearer", expiresIn: 900, user: admin });
  fakeApi({ [READ]: () => admin, [CHANGE]: () => ({ ...admin, role: "CUSTOMER", version: 4 }) });
  const onLeft = vi.fn();
  const { user } = show(<Loaded onLeft={onLeft} />);
  await user.click(await screen.findByLabelText("Customer"));
  expect(screen.getByRole("alert").textContent).toContain("This is your own account");
  await user.click(screen.getByRole("button", { name: "Change role" }));
  await waitFor(() => expect(onLeft).toHaveBeenCalledOnce());
  expect(session.get()).toMatchObject({ kind: "user", user: { role: "CUSTOMER" } });
});
