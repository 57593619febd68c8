import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleUser } from "@/testing/samples";
import { show } from "@/testing/show";
import { ProfileForm } from "./ProfileForm";

const user = sampleUser();
const PATCH = "PATCH /api/v1/users/profile";
const field = (label: string) => screen.findByLabelText<HTMLInputElement>(label);

test("saves the name with the version that it changes", async () => {
  const sent = fakeApi({ [PATCH]: () => ({ ...user, lastName: "King", version: 4 }) });
  const onSaved = vi.fn();
  const view = show(<ProfileForm user={user} onSaved={onSaved} />);
  const last = await field("Last name (optional)");
  await view.user.clear(last);
  await view.user.type(last, " King ");
  await view.user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved")).toBeTruthy();
  expect(sent[0]?.body).toEqual({ firstName: "Ada", lastName: "King", version: 3 });
  expect(onSaved).toHaveBeenCalledWith(expect.objectContaining({ version: 4 }));
});

test("a change from elsewhere is told, what was typed stays, and can be saved over it", async () => {
  const answers = [
    () => refusal(409, "VERSION_CONFLICT", "the account has changed"),
    () => ({ ...user, firstName: "Augusta", version: 9 }),
  ];
  const sent = fakeApi({
    [PATCH]: () => answers.shift()?.(),
    "GET /api/v1/users/profile": () => ({ ...user, firstName: "Ada Augusta", version: 8 }),
  });
  const view = show(<ProfileForm user={user} onSaved={() => undefined} />);
  const first = await field("First name");
  await view.user.clear(first);
  await view.user.type(first, "Augusta");
  const save = screen.getByRole("button", { name: "Save" });
  await view.user.click(save);
  expect(await screen.findByText(/Ada Augusta Lovelace/)).toBeTruthy();
  expect((await field("First name")).value).toBe("Augusta");
  await view.user.click(save);
  await waitFor(() => expect(sent.at(-1)?.body).toEqual({ firstName: "Augusta", lastName: "Lovelace", version: 8 }));
});

test("a name is needed", async () => {
  const sent = fakeApi({});
  const view = show(<ProfileForm user={user} onSaved={() => undefined} />);
  const first = await field("First name");
  await view.user.clear(first);
  await view.user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("is required")).toBeTruthy();
  expect(sent).toEqual([]);
});
