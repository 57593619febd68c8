import type { FileType, Shop } from "@/api/schema";

/** How many of the first bytes tell the type. */
const HEAD = 12;

/** Other files that begin like an MP4: QuickTime, and pictures of phones. */
const NOT_MP4 = ["qt  ", "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif", "avis", "crx "];

/** The type of a file by its first bytes, as the server finds it; null for others. */
export function sniff(head: Uint8Array): FileType | null {
  const text = String.fromCharCode(...head.slice(0, HEAD));
  if (text.startsWith("\xff\xd8\xff")) return "JPEG";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "PNG";
  if (/^GIF8[79]a/.test(text)) return "GIF";
  if (text.startsWith("RIFF") && text.slice(8) === "WEBP") return "WEBP";
  if (/^%PDF-\d/.test(text)) return "PDF";
  if (text.startsWith("\0\0") && text.slice(4, 8) === "ftyp" && !NOT_MP4.includes(text.slice(8))) return "MP4";
  return null;
}

const MIME: Record<FileType, string> = {
  JPEG: "image/jpeg",
  PNG: "image/png",
  GIF: "image/gif",
  WEBP: "image/webp",
  MP4: "video/mp4",
  PDF: "application/pdf",
};

/** For the choice of files: a phone then converts its pictures. */
export function accepted(types: readonly FileType[]): string {
  return types.map((type) => MIME[type]).join(",");
}

/** What the shop takes. */
export type Limits = Pick<Shop, "maxFileBytes" | "allowedFileTypes">;

/** Why a file is not sent at all. */
export type Problem = "empty" | "tooLarge" | "wrongType" | "unreadable";

/** Checks a file before it is sent: by its content, not by its name. Null if it can be sent. */
export async function problemOf(file: Blob, { maxFileBytes, allowedFileTypes }: Limits): Promise<Problem | null> {
  if (file.size === 0) return "empty";
  if (file.size > maxFileBytes) return "tooLarge";
  try {
    const type = sniff(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
    return type && allowedFileTypes.includes(type) ? null : "wrongType";
  } catch {
    // A folder, or a file that was moved meanwhile.
    return "unreadable";
  }
}
