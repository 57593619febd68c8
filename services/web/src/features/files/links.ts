import { api, body } from "@/api/client";
import type { FileLink, File as OrderFile } from "@/api/schema";

/** A link to a file that needs no token: for pictures in a page, new tabs and downloads. Valid for five minutes. */
export function linkTo(id: string): Promise<FileLink> {
  return body(api.POST("/api/v1/media/{id}/link", { params: { path: { id } }, body: {} }));
}

/** Saves a file. */
export async function download(file: OrderFile): Promise<void> {
  const { url } = await linkTo(file.id);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = file.name;
  // A storage elsewhere decides by itself between showing and saving: this page must not be left.
  anchor.target = "_blank";
  anchor.rel = "noopener";
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}

/** A new tab for a file. It is opened by the click, before the link is known: afterwards browsers take it for an advertisement. */
export function newTab(): Window | null {
  const tab = window.open("about:blank", "_blank");
  if (tab) tab.opener = null;
  return tab;
}

/** Shows a file in a tab; in this one if there is no other. */
export async function showIn(tab: Window | null, file: OrderFile): Promise<void> {
  try {
    const { url } = await linkTo(file.id);
    if (tab) tab.location.href = url;
    else location.assign(url);
  } catch (error) {
    tab?.close();
    throw error;
  }
}

/** Whether browsers can show it. A PDF can contain scripts: the server has it saved instead. */
export function canShow({ contentType }: OrderFile): boolean {
  return contentType.startsWith("image/") || contentType === "video/mp4";
}
