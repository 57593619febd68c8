import { refusedBy } from "./failure";
import { accessToken, refreshed } from "./session";

export type Upload<T> = { done: Promise<T>; abort: () => void };

/**
 * Sends a file as multipart field `file`. `fetch` tells no progress of uploads, so this is an `XMLHttpRequest`.
 *
 * `onProgress` gets the sent share, from 0 to 1; `fields` are sent beside the file; `key` is the `Idempotency-Key`, kept for a repeat
 * after a lost answer. Rejects with `ApiError`, with `TypeError` if the connection breaks, and with an `AbortError` after `abort`.
 */
export function upload<T>(
  path: string,
  file: File,
  onProgress: (share: number) => void,
  fields: Record<string, string> = {},
  key?: string,
): Upload<T> {
  const request = new XMLHttpRequest();
  let aborted = false;
  const stopIfAborted = () => {
    if (aborted) throw new DOMException("aborted", "AbortError");
  };
  const attempt = (token: string | null) =>
    new Promise<XMLHttpRequest>((resolve, reject) => {
      request.open("POST", path);
      if (token) request.setRequestHeader("authorization", `Bearer ${token}`);
      if (key) request.setRequestHeader("idempotency-key", key);
      request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
      request.onload = () => resolve(request);
      request.onerror = () => reject(new TypeError("network"));
      request.onabort = () => reject(new DOMException("aborted", "AbortError"));
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append("file", file, file.name);
      request.send(form);
    });
  const run = async (): Promise<T> => {
    const token = await accessToken();
    stopIfAborted();
    let answer = await attempt(token);
    if (answer.status === 401 && token) {
      const next = await refreshed(token);
      stopIfAborted();
      if (next) answer = await attempt(next);
    }
    if (answer.status < 200 || answer.status > 299) {
      throw refusedBy(answer.status, answer.responseText, (name) => answer.getResponseHeader(name));
    }
    return JSON.parse(answer.responseText) as T;
  };
  const abort = () => {
    aborted = true;
    request.abort();
  };
  return { done: run(), abort };
}
