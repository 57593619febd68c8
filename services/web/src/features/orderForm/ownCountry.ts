import { isCountry } from "@/ui/countries";

/** The country of the browser's language, such as GB of en-GB; empty if it names none. */
export function ownCountry(): string {
  try {
    const { region } = new Intl.Locale(navigator.language);
    return region && isCountry(region) ? region : "";
  } catch {
    return "";
  }
}
