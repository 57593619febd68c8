/** Limits of the API. */
export const MAX_PICTURES = 20;
export const MAX_ALT = 200;

/** The types of pictures that the API takes, by the names of the shop's settings. */
const TYPES: Record<string, string> = {
  JPEG: "image/jpeg",
  PNG: "image/png",
  GIF: "image/gif",
  WEBP: "image/webp",
};

/** The media types of pictures among the types of files that the shop allows. */
export function pictureTypes(allowed: readonly string[]): string[] {
  return allowed.flatMap((name) => TYPES[name] ?? []);
}

/** The ids with one moved by some places; as they were at either end. */
export function moved(ids: string[], id: string, by: number): string[] {
  const from = ids.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return ids;
  const rest = ids.filter((one) => one !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}

/** The ids with one dropped on another, whose place it takes. */
export function droppedOn(ids: string[], id: string, target: string): string[] {
  const [from, to] = [ids.indexOf(id), ids.indexOf(target)];
  return from < 0 || to < 0 ? ids : moved(ids, id, to - from);
}

/** The ids in this order, with those behind them that it does not name: the API wants every picture. */
export function complete(order: string[], all: string[]): string[] {
  const known = order.filter((id) => all.includes(id));
  return [...known, ...all.filter((id) => !known.includes(id))];
}

export type Unfit = "type" | "size" | "count";

/** Why a file cannot be a picture of the product; null if it can. `room` is how many more it may have. */
export function unfit(file: File, types: string[], maxBytes: number, room: number): Unfit | null {
  if (!types.includes(file.type)) return "type";
  if (file.size > maxBytes) return "size";
  return room <= 0 ? "count" : null;
}
