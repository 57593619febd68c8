/** A part of a text: plain, or a web address. `at` is where it begins. */
export type Part = { at: number; text: string; href: string | null };

const ADDRESS = /\bhttps?:\/\/[^\s<>"`]+/gi;
const CLOSING: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** Without what belongs to the sentence: "(see https://shop.test/a)." ends before the bracket. */
function withoutEnd(address: string): string {
  let end = address.length;
  while (end > 0) {
    const last = address[end - 1] ?? "";
    const opening = CLOSING[last];
    const rest = address.slice(0, end);
    const closes = opening !== undefined && rest.split(last).length > rest.split(opening).length;
    if (!closes && !/[.,;:!?'*_…]/.test(last)) break;
    end -= 1;
  }
  return address.slice(0, end);
}

function hrefOf(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Finds the http and https addresses of a text. Other schemes stay text: a message must not run anything. */
export function textParts(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutEnd(match[0]);
    const href = hrefOf(address);
    if (!href) continue;
    if (match.index > from) parts.push({ at: from, text: text.slice(from, match.index), href: null });
    parts.push({ at: match.index, text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) parts.push({ at: from, text: text.slice(from), href: null });
  return parts;
}
