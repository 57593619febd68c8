import type { Look } from "./chartModel";

/** Dashes of a line, in pixels: drawn, left out, and so on. A full line has none. */
export const DASHES: Partial<Record<Look, number[]>> = { second: [8, 3, 2, 3], before: [4, 4] };

/** Bars of this look are striped. */
export const STRIPED: Look[] = ["second"];
