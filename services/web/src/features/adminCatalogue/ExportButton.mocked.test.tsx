import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { saveFile } from "@/ui/saveFile";
import { ExportButton } from "./ExportButton";

vi.mock("@/ui/saveFile", () => ({ saveFile: vi.fn() }));
beforeEach(() => vi.mocked(saveFile).mockReset());

const EXPORT = "GET /api/v1/admin/products/export";

test("saves the file that the filters of the list give", async () => {
  const sent = fakeApi({ [EXPORT]: () => new Response("sku,name\r\nMUG-01,Mug\r\n") });
  const { user } = show(<ExportButton filters={{ q: "mug", kind: "GOODS", cursor: "abc" }} />);
  await user.click(await screen.findByRole("button", { name: "Export" }));
  await waitFor(() => expect(saveFile).toHaveBeenCalled());
  expect(await vi.mocked(saveFile).mock.calls[0]?.[0].text()).toBe("sku,name\r\nMUG-01,Mug\r\n");
  expect(sent[0]?.query.get("q")).toBe("mug");
  expect(sent[0]?.query.getAll("kind")).toEqual(["GOODS"]);
  expect(sent[0]?.query.get("includeInactive")).toBe("true");
  expect(sent[0]?.query.has("cursor")).toBe(false);
});

test("shows a refusal in place, and saves nothing", async () => {
  fakeApi({ [EXPORT]: () => refusal(503, "UNAVAILABLE", "too many downloads at present") });
  const { user } = show(<ExportButton filters={{}} />);
  await user.click(await screen.findByRole("button", { name: "Export" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Too many downloads at present.");
  expect(saveFile).not.toHaveBeenCalled();
});
