/** Grounds of drawn pictures: washes of the palette, so that text on them is readable in light and dark. */
const SHADES = ["carbon", "waiting", "working", "held", "done"] as const;

export type Placeholder = {
  /** The first character of the name. */
  initial: string;
  shade: (typeof SHADES)[number];
  /** Degrees. */
  tilt: number;
  /** Lengths of the lines on the slip, in per cent. */
  lines: number[];
};

/** FNV-1a, 32 bits: the same name has the same picture everywhere. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

/** What is drawn for a product without a picture. It depends on the name only. */
export function placeholderOf(name: string): Placeholder {
  const text = name.trim();
  const value = hash(text);
  const part = (shift: number, values: number) => (value >>> shift) % values;
  const [first = "·"] = text;
  return {
    initial: first.toUpperCase(),
    shade: SHADES[part(0, SHADES.length)] ?? "carbon",
    tilt: part(7, 9) - 4,
    lines: [part(11, 5), part(16, 5), part(21, 5)].map((length) => 40 + length * 12),
  };
}
