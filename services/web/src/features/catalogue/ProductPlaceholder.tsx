import type { ProductKind } from "@/api/schema";
import classes from "./ProductPicture.module.css";
import { type Placeholder, placeholderOf } from "./placeholder";

/** What is shown for a product without a picture: a parcel for goods, a work slip for a service. */
export function ProductPlaceholder({ name, kind }: { name: string; kind?: ProductKind | undefined }) {
  const drawn = placeholderOf(name);
  return (
    <svg
      viewBox="0 0 120 120"
      preserveAspectRatio="xMidYMid slice"
      className={classes.placeholder}
      data-shade={drawn.shade}
      aria-hidden="true"
      focusable="false"
    >
      <rect width="120" height="120" className={classes.ground} />
      <g transform={`rotate(${drawn.tilt} 60 60)`}>
        {kind === "SERVICE" ? <Slip {...drawn} /> : <Parcel {...drawn} />}
      </g>
    </svg>
  );
}

/** Lines of writing, `width` long at most. */
function writing(lines: number[], x: number, y: number, width: number): string {
  return lines.map((length, index) => `M${x} ${y + index * 8}h${(length * width) / 100}`).join("");
}

function Parcel({ initial, lines }: Placeholder) {
  return (
    <>
      <path d="M26 40l34-16 34 16v44l-34 16-34-16zM26 40l34 16 34-16M60 56v44" className={classes.slip} />
      <rect x="36" y="52" width="48" height="34" rx="3" className={classes.slip} />
      <text x="49" y="77" className={classes.initial}>
        {initial}
      </text>
      <path d={writing(lines, 62, 61, 18)} className={classes.stroke} />
    </>
  );
}

/** With a notch on each side, where it is torn off. */
function Slip({ initial, lines }: Placeholder) {
  return (
    <>
      <path d="M34 20h52v60a4 4 0 0 0 0 8v12H34V88a4 4 0 0 0 0-8z" className={classes.slip} />
      <text x="60" y="48" className={classes.initial}>
        {initial}
      </text>
      <path d={writing(lines, 43, 58, 34)} className={classes.stroke} />
      <path d="M42 84h36" className={classes.stroke} strokeDasharray="1 4" />
    </>
  );
}
