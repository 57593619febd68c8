import { ActionIcon, Group, Stack, Text } from "@mantine/core";
import { ArrowLeft, ArrowRight, Trash2 } from "lucide-react";
import { type DragEvent, useState } from "react";
import type { Product, ProductImage } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Done } from "@/ui/Done";
import { FailureNote } from "@/ui/Failure";
import { Stamp } from "@/ui/Stamp";
import classes from "./Pictures.module.css";
import { PictureUpload } from "./PictureUpload";
import { droppedOn, moved } from "./pictureOrder";
import { usePictures } from "./usePictures";

/** What is dragged within the list, so that files from elsewhere are told apart. */
const DRAGGED = "application/x-waybill-picture";

/** The pictures of a product: their order, by buttons or by dragging, and new ones. The first one stands for the product. */
export function Pictures({ product }: { product: Product }) {
  const t = useWords(adminCatalogue);
  const pictures = usePictures(product);
  const [said, setSaid] = useState("");
  const ids = pictures.shown.map(({ id }) => id);
  const shift = (image: ProductImage, by: -1 | 1) => {
    const order = moved(ids, image.id, by);
    if (order === ids) return;
    setSaid(t.movedTo(order.indexOf(image.id) + 1, order.length));
    pictures.arrange((now) => moved(now, image.id, by));
  };
  const drop = (event: DragEvent, target: ProductImage) => {
    if (!event.dataTransfer.types.includes(DRAGGED)) return;
    event.preventDefault();
    const dragged = event.dataTransfer.getData(DRAGGED);
    pictures.arrange((now) => droppedOn(now, dragged, target.id));
  };
  return (
    <Card title={t.pictures}>
      <Stack>
        {Boolean(pictures.error) && <FailureNote error={pictures.error} />}
        <Done message={pictures.waiting > 0 ? t.picturesRemoved(pictures.waiting) : null} onUndo={pictures.undo} />
        {ids.length === 0 ? (
          <Text c="dimmed">{t.noPictures}</Text>
        ) : (
          <ol className={classes.list}>
            {pictures.shown.map((image, index) => (
              <li
                key={image.id}
                className={classes.picture}
                draggable
                onDragStart={(event) => event.dataTransfer.setData(DRAGGED, image.id)}
                onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
                onDrop={(event) => drop(event, image)}
              >
                <Picture
                  image={image}
                  place={index + 1}
                  count={ids.length}
                  onMove={(by) => shift(image, by)}
                  onRemove={() => pictures.remove(image.id)}
                />
              </li>
            ))}
          </ol>
        )}
        <p role="status" className={classes.said}>
          {said}
        </p>
        <PictureUpload productId={product.id} count={product.images.length} />
      </Stack>
    </Card>
  );
}

type PictureProps = {
  image: ProductImage;
  /** From 1 on. */
  place: number;
  count: number;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
};

function Picture({ image, place, count, onMove, onRemove }: PictureProps) {
  const t = useWords(adminCatalogue);
  const name = image.alt || t.pictureNumber(place);
  return (
    <>
      <img
        src={image.thumbnailUrl}
        alt={name}
        width={image.width}
        height={image.height}
        loading="lazy"
        draggable={false}
        className={classes.image}
      />
      <Text size="xs" c="dimmed" lineClamp={2}>
        {image.alt || t.noAlt}
      </Text>
      <Group gap={4} justify="space-between" wrap="nowrap" mt="auto">
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="default"
            size="md"
            aria-label={t.earlier(name)}
            aria-disabled={place === 1}
            data-disabled={place === 1 || undefined}
            onClick={() => onMove(-1)}
          >
            <ArrowLeft size={16} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size="md"
            aria-label={t.later(name)}
            aria-disabled={place === count}
            data-disabled={place === count || undefined}
            onClick={() => onMove(1)}
          >
            <ArrowRight size={16} />
          </ActionIcon>
        </Group>
        <ActionIcon variant="default" size="md" aria-label={t.removePicture(name)} onClick={onRemove}>
          <Trash2 size={16} />
        </ActionIcon>
      </Group>
      {place === 1 && <Stamp tone="working">{t.mainPicture}</Stamp>}
    </>
  );
}
