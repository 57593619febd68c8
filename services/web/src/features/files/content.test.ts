import { expect, test } from "vitest";
import type { FileType } from "@/api/schema";
import { accepted, type Limits, problemOf, sniff } from "./content";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

test.each<[string, FileType | null]>([
  ["\xff\xd8\xff\xe0....", "JPEG"],
  ["\x89PNG\r\n\x1a\n....", "PNG"],
  ["GIF89a......", "GIF"],
  ["GIF87a", "GIF"],
  ["RIFF\x01\x02\x03\x04WEBPVP8 ", "WEBP"],
  ["%PDF-1.7\n", "PDF"],
  ["\0\0\0\x18ftypmp42....", "MP4"],
  ["\0\0\0\x18ftypisom....", "MP4"],
  // QuickTime, and pictures of phones.
  ["\0\0\0\x18ftypqt  ....", null],
  ["\0\0\0\x18ftypheic....", null],
  ["RIFF\x01\x02\x03\x04WAVEfmt ", null],
  ["<svg xmlns=", null],
  ["%PDF-", null],
  ["MZ", null],
  ["", null],
])("%j is %s", (head, type) => {
  expect(sniff(bytes(head))).toBe(type);
});

const limits: Limits = { maxFileBytes: 20, allowedFileTypes: ["PNG", "PDF"] };
const png = "\x89PNG\r\n\x1a\n....";

test("a file is checked by its content and size, not by its name", async () => {
  const file = (content: string, name: string) => new File([bytes(content)], name, { type: "image/png" });
  expect(await problemOf(file(png, "a.txt"), limits)).toBeNull();
  expect(await problemOf(file("MZ not a picture", "a.png"), limits)).toBe("wrongType");
  expect(await problemOf(file("\xff\xd8\xff\xe0", "a.jpg"), limits)).toBe("wrongType");
  expect(await problemOf(file("", "a.png"), limits)).toBe("empty");
  expect(await problemOf(file(png + ".".repeat(20), "a.png"), limits)).toBe("tooLarge");
  // The limit itself is allowed, and an unknown one is left to the server.
  expect(await problemOf(file(png + ".".repeat(8), "a.png"), limits)).toBeNull();
  expect(
    await problemOf(file(png + ".".repeat(20), "a.png"), { ...limits, maxFileBytes: Number.POSITIVE_INFINITY }),
  ).toBeNull();
});

test("what cannot be read is no file", async () => {
  const folder = { size: 4096, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("a folder")) }) };
  expect(await problemOf(folder as unknown as Blob, { ...limits, maxFileBytes: Number.POSITIVE_INFINITY })).toBe(
    "unreadable",
  );
});

test("the choice of files names content types", () => {
  expect(accepted(["PNG", "PDF"])).toBe("image/png,application/pdf");
});
