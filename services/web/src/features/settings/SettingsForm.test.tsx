import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { SettingsForm } from "./SettingsForm";
import { settings } from "./testing";

const ROUTE = "PATCH /api/v1/admin/settings";
const answers = { "GET /api/v1/shop": () => ({ name: "x", currency: "USD" }) };

function patches(sent: ReturnType<typeof fakeApi>) {
  return sent.filter(({ method }) => method === "PATCH").map(({ body }) => body);
}

test("sends only what changed, and takes it back", async () => {
  let saved = settings;
  const sent = fakeApi({
    ...answers,
    [ROUTE]: ({ body }) => {
      saved = { ...saved, ...(body as object), version: saved.version + 1 };
      return saved;
    },
  });
  const { user } = show(<SettingsForm settings={settings} onStale={() => undefined} />);
  const name = await screen.findByLabelText("Name of the shop");
  await user.clear(name);
  await user.type(name, "Tea & Co");
  const commission = screen.getByLabelText("Platform's share");
  await user.clear(commission);
  await user.type(commission, "12.5");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(patches(sent)).toHaveLength(1));
  expect(patches(sent)[0]).toEqual({ shopName: "Tea & Co", commissionBasisPoints: 1_250, version: 7 });

  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(patches(sent)).toHaveLength(2));
  expect(patches(sent)[1]).toEqual({ shopName: "Corner Shop", commissionBasisPoints: 1_550, version: 8 });
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Name of the shop").value).toBe("Corner Shop"));
});

test("the seller on invoices can be given, and left out again", async () => {
  let saved = { ...settings, taxId: "GB123456789" };
  const sent = fakeApi({
    ...answers,
    [ROUTE]: ({ body }) => {
      saved = { ...saved, ...(body as object), version: saved.version + 1 };
      return saved;
    },
  });
  const { user } = show(<SettingsForm settings={saved} onStale={() => undefined} />);
  await user.type(await screen.findByLabelText("Address"), "1 Market Square{enter}London");
  await user.clear(screen.getByLabelText("Tax number"));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(patches(sent)).toHaveLength(1));
  expect(patches(sent)[0]).toEqual({ address: "1 Market Square\nLondon", taxId: null, version: 7 });
});

test("nothing is sent while something is wrong; the field says what", async () => {
  const sent = fakeApi(answers);
  const { user } = show(<SettingsForm settings={settings} onStale={() => undefined} />);
  const lines = await screen.findByLabelText("Lines of an order");
  await user.clear(lines);
  await user.type(lines, "200");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("must be between 1 and 100")).toBeTruthy();
  expect(document.activeElement).toBe(lines);
  expect(patches(sent)).toEqual([]);
});

test("a refusal stands at its field, and what was typed stays", async () => {
  const detail = { field: "currency", message: "can only change while there are neither products nor orders" };
  fakeApi({ ...answers, [ROUTE]: () => refusal(409, "CONFLICT", "the shop has orders in USD", [detail]) });
  const { user } = show(<SettingsForm settings={settings} onStale={() => undefined} />);
  const currency = await screen.findByLabelText<HTMLInputElement>("Currency");
  await user.clear(currency);
  await user.type(currency, "EUR");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Can only change while there are neither products nor orders.")).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toContain("The shop has orders in USD.");
  expect(currency.value).toBe("EUR");
});

test("a stale version asks for the new state, and keeps what was typed", async () => {
  fakeApi({ ...answers, [ROUTE]: () => refusal(409, "VERSION_CONFLICT", "somebody else has changed it") });
  const onStale = vi.fn();
  const { user } = show(<SettingsForm settings={settings} onStale={onStale} />);
  const lines = await screen.findByLabelText<HTMLInputElement>("Lines of an order");
  await user.clear(lines);
  await user.type(lines, "20");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(onStale).toHaveBeenCalledOnce());
  expect(lines.value).toBe("20");
});
