import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { saveFile } from "@/ui/saveFile";
import { PaymentsList } from "./PaymentsList";
import { aPage } from "./testing";

vi.mock("@/ui/saveFile", () => ({ saveFile: vi.fn() }));

test("a list of payments is exported with its filters", async () => {
  const csv = new Response("id\r\n", { headers: { "content-disposition": 'attachment; filename="payments-1.csv"' } });
  const sent = fakeApi({
    "GET /api/v1/admin/payments": () => aPage([]),
    "GET /api/v1/admin/payments/export": () => csv,
  });
  const { user } = show(<PaymentsList filters={{ state: ["FAILED"] }} onChange={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Export" }));
  await user.click(await screen.findByRole("button", { name: "Start export" }));
  expect(await screen.findByText(/payments-1\.csv/)).toBeTruthy();
  const query = sent.find(({ path }) => path.endsWith("/export"))?.query;
  expect(query?.getAll("state")).toEqual(["FAILED"]);
  expect(vi.mocked(saveFile)).toHaveBeenCalledOnce();
});
