import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "@/api/failure";
import type { ImportReport } from "@/api/schema";
import { upload } from "@/api/upload";
import { fakeApi } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { ImportProducts } from "./ImportProducts";
import { aLine } from "./testing";

vi.mock("@/api/upload", () => ({ upload: vi.fn() }));

const failed = aLine(3, {
  outcome: "FAILED",
  productId: undefined,
  faults: [{ field: "price", message: "is required" }],
});
const report: ImportReport = {
  dryRun: true,
  created: 1,
  updated: 0,
  unchanged: 0,
  failed: 1,
  lines: [aLine(2), failed],
};

/** Answers uploads one after the other: with a report, or with what is thrown. */
function answers(...all: (ImportReport | Error)[]): void {
  for (const answer of all) {
    vi.mocked(upload).mockImplementationOnce(() => ({
      done: answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as never),
      abort: () => undefined,
    }));
  }
}

/** The paths, and the contents, that were sent. */
const sent = () => vi.mocked(upload).mock.calls.map(([path, file]) => ({ path, file }));

async function choose(user: ReturnType<typeof show>["user"]): Promise<void> {
  await screen.findByRole("button", { name: "Choose a CSV file" });
  const input = document.querySelector<HTMLInputElement>('input[type="file"]');
  if (input) await user.upload(input, new File(["sku,price\n"], "products.csv", { type: "text/csv" }));
}

beforeEach(() => {
  fakeApi({});
  vi.mocked(upload).mockReset();
});

test("checks first, shows the failed lines, and imports the same file", async () => {
  answers(report, { ...report, dryRun: false });
  const { user } = show(<ImportProducts currency="USD" />);
  await choose(user);
  expect(await screen.findByText("is required", { exact: false })).toBeTruthy();
  // Only the failed line is shown.
  expect(screen.getAllByRole("row")).toHaveLength(2);
  await user.selectOptions(screen.getByLabelText("Show"), "ALL");
  expect(screen.getAllByRole("row")).toHaveLength(3);
  await user.click(screen.getByRole("button", { name: "Import now" }));
  expect(await screen.findByText("products.csv is imported")).toBeTruthy();
  const [first, second] = sent();
  expect(first?.path).toBe("/api/v1/admin/products/import?dryRun=true");
  expect(second?.path).toBe("/api/v1/admin/products/import?dryRun=false");
  expect(second?.file).toBe(first?.file);
});

test("a file that changes nothing cannot be imported", async () => {
  answers({ ...report, created: 0, lines: [failed] });
  const { user } = show(<ImportProducts currency="USD" />);
  await choose(user);
  expect(await screen.findByText("products.csv changes nothing")).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Import now" }).disabled).toBe(true);
});

test("draws 200 lines at a time", async () => {
  const lines = Array.from({ length: 450 }, (_, index) => aLine(index + 2));
  answers({ dryRun: true, created: 450, updated: 0, unchanged: 0, failed: 0, lines });
  const { user } = show(<ImportProducts currency="USD" />);
  await choose(user);
  await screen.findByText("SKU-2");
  expect(screen.getAllByRole("row")).toHaveLength(201);
  await user.click(screen.getByRole("button", { name: "Show 200 more of 250" }));
  expect(screen.getAllByRole("row")).toHaveLength(401);
  await user.click(screen.getByRole("button", { name: "Show 50 more of 50" }));
  expect(screen.getAllByRole("row")).toHaveLength(451);
});

test("shows a refusal in place, and tries the same file again", async () => {
  const refused = new ApiError({ status: 422, code: "VALIDATION_ERROR", message: 'header: "nam" is not a column' });
  answers(refused, report);
  const { user } = show(<ImportProducts currency="USD" />);
  await choose(user);
  expect((await screen.findByRole("alert")).textContent).toContain('Header: "nam" is not a column.');
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(sent()).toHaveLength(2));
  expect(sent()[1]?.file).toBe(sent()[0]?.file);
});
