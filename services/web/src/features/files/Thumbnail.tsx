import { FileText, FileVideo, Image } from "lucide-react";
import { useState } from "react";
import type { File as OrderFile } from "@/api/schema";
import classes from "./FileList.module.css";

const iconOf = (contentType: string) => {
  if (contentType.startsWith("image/")) return Image;
  return contentType.startsWith("video/") ? FileVideo : FileText;
};

/**
 * The thumbnail of a picture, or an icon. Each load of the list has new links to the same thumbnail: the one that works is kept, so that
 * pictures do not flicker.
 */
export function Thumbnail({ file }: { file: OrderFile }) {
  const newest = file.thumbnailUrl;
  const [works, setWorks] = useState(newest);
  const [broken, setBroken] = useState<string | null>(null);
  const src = [works, newest].find((url) => url && url !== broken);
  const Icon = iconOf(file.contentType);
  return (
    <span className={classes.thumbnail}>
      {src ? (
        <img
          src={src}
          alt=""
          loading="lazy"
          decoding="async"
          onLoad={() => setWorks(src)}
          onError={() => setBroken(src)}
        />
      ) : (
        <Icon size={22} aria-hidden="true" />
      )}
    </span>
  );
}
