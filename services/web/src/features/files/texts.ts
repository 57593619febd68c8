import { files as words } from "@/i18n/en/files";
import { locale, wordsOf } from "@/i18n/language";
import { bytes } from "@/ui/format";
import type { Limits, Problem } from "./content";

const NAMES = { JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WebP", MP4: "MP4", PDF: "PDF" } as const;
const MEGABYTE = 1024 * 1024;

/** A limit as people say it: 5,242,880 bytes are "5 MB". */
function limitText(limit: number): string {
  return limit % MEGABYTE === 0 ? bytes((limit / MEGABYTE) * 1_000_000) : bytes(limit);
}

/** "JPEG, PNG or PDF". */
export function typesText({ allowedFileTypes }: Limits): string {
  const names = allowedFileTypes.map((type) => NAMES[type]);
  return new Intl.ListFormat(locale(), { type: "disjunction" }).format(names);
}

/** What may be uploaded. */
export function limitsText(limits: Limits): string {
  const t = wordsOf(words);
  const most = limits.maxFileBytes;
  return t.limits(typesText(limits), Number.isFinite(most) ? limitText(most) : null);
}

/** Why a file is not sent, and what would be. */
export function problemText(problem: Problem, limits: Limits): string {
  const t = wordsOf(words);
  switch (problem) {
    case "empty":
      return t.isEmpty;
    case "unreadable":
      return t.isUnreadable;
    case "tooLarge":
      return t.isTooLarge(limitText(limits.maxFileBytes));
    case "wrongType":
      return t.isWrongType(typesText(limits));
  }
}
