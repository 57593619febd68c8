import { VisuallyHidden } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import type { Product } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import classes from "./Gallery.module.css";
import { ProductPicture } from "./ProductPicture";

/** Where an arrow key leads in a row of pictures; null for other keys. */
export function stepTo(key: string, index: number, count: number): number | null {
  if (key === "ArrowRight") return (index + 1) % count;
  if (key === "ArrowLeft") return (index + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

/** The pictures of a product: one large, all small ones below. Arrow keys move through the small ones. */
export function Gallery({ product }: { product: Product }) {
  const t = useWords(storefront);
  const { images, name, kind } = product;
  const [chosen, setChosen] = useState(0);
  const row = useRef<HTMLUListElement>(null);
  // Pictures may be deleted while they are looked at.
  const index = Math.min(chosen, Math.max(images.length - 1, 0));
  const image = images[index];
  const large = <ProductPicture product={{ name, kind, images: image ? [image] : [] }} size="large" />;
  if (!image) return large;
  const move = (event: KeyboardEvent) => {
    const next = stepTo(event.key, index, images.length);
    if (next === null) return;
    event.preventDefault();
    setChosen(next);
    row.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div className={classes.gallery}>
      <a href={image.url} target="_blank" rel="noreferrer" className={classes.large}>
        {large}
        <VisuallyHidden>{t.openPicture}</VisuallyHidden>
      </a>
      {images.length > 1 && (
        <ul ref={row} aria-label={t.pictures} className={classes.row}>
          {images.map((one, at) => (
            <li key={one.id}>
              <button
                type="button"
                className={classes.small}
                aria-label={t.showPicture(at + 1, images.length)}
                aria-current={at === index}
                tabIndex={at === index ? 0 : -1}
                onKeyDown={move}
                onClick={() => setChosen(at)}
              >
                <ProductPicture product={{ name, kind, images: [one] }} size="thumb" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
