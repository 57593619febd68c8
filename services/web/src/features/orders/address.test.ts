import { expect, test } from "vitest";
import { addressLines } from "./address";

test("an address is written as on a parcel", () => {
  const address = { line1: "12 St James's Square", city: "London", postalCode: "SW1Y 4JH", country: "GB" };
  expect(addressLines(address, "Ada Lovelace")).toEqual([
    "Ada Lovelace",
    "12 St James's Square",
    "SW1Y 4JH London",
    "United Kingdom",
  ]);
  const other = { ...address, name: "Byron", line2: "2nd floor", region: "England", country: "gb" };
  expect(addressLines(other, "Ada Lovelace")).toEqual([
    "Byron",
    "12 St James's Square",
    "2nd floor",
    "SW1Y 4JH London, England",
    "United Kingdom",
  ]);
});
