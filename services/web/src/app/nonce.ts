import { setNonce } from "get-nonce";

/** The nonce of the page's policy, which style elements need. */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

/** Modals lock the scrolling by a style element of their own library. */
export function startNonce(): void {
  setNonce(pageNonce());
}
