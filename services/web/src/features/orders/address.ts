import type { Address } from "@/api/schema";
import { countryName } from "@/ui/countries";

/** An address as lines, as on a parcel. `customer` is the recipient if the address names none. */
export function addressLines(address: Address, customer: string): string[] {
  const town = [address.postalCode, address.city].filter(Boolean).join(" ");
  const lines = [
    address.name || customer,
    address.line1,
    address.line2,
    [town, address.region].filter(Boolean).join(", "),
    countryName(address.country),
  ];
  return lines.filter((line): line is string => Boolean(line));
}
