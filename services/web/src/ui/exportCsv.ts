export type Exported = { name: string; file: Blob };

/** How the file is written. */
export type Form = { format: "csv"; bom: boolean };

/** Asks for the export of a list, to be read as a stream. */
export type Ask = (
  form: Form,
  how: { parseAs: "stream"; signal: AbortSignal },
) => Promise<{ data?: ReadableStream<Uint8Array> | null | undefined; response: Response }>;

type Options = {
  /** With a byte order mark, without which Excel does not read UTF-8. */
  bom: boolean;
  signal: AbortSignal;
  /** Gets the bytes so far. The whole size is not known. */
  onBytes: (bytes: number) => void;
};

/** Pieces are put together at this size, so that the browser may keep them on the disk. */
const PIECE = 4_000_000;

/** A list as CSV. An export that breaks off on the way throws, so that nobody works with a part of it. */
export async function exportCsv(ask: Ask, { bom, signal, onBytes }: Options): Promise<Exported> {
  const { data, response } = await ask({ format: "csv", bom }, { parseAs: "stream", signal });
  const file = data ? await collected(data, signal, onBytes) : new Blob([], { type: CSV });
  return { name: nameOf(response.headers.get("content-disposition")), file };
}

const CSV = "text/csv;charset=utf-8";

async function collected(stream: ReadableStream<Uint8Array>, signal: AbortSignal, onBytes: (bytes: number) => void) {
  const reader = stream.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop);
  let pieces: BlobPart[] = [];
  let [size, loose] = [0, 0];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw new DOMException("aborted", "AbortError");
      if (done) return new Blob(pieces, { type: CSV });
      pieces.push(value as Uint8Array<ArrayBuffer>);
      size += value.byteLength;
      loose += value.byteLength;
      onBytes(size);
      if (loose >= PIECE) {
        pieces = [new Blob(pieces)];
        loose = 0;
      }
    }
  } catch (error) {
    // Browsers tell of a connection that ends too early in different words.
    if (error instanceof TypeError) throw new TypeError("network: the export broke off");
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The file name of a `Content-Disposition`. */
export function nameOf(disposition: string | null): string {
  return /filename="?([^";]+)"?/.exec(disposition ?? "")?.[1] ?? "export.csv";
}
