import { ActionIcon, Button, Group, Progress, Stack, TextInput } from "@mantine/core";
import { X } from "lucide-react";
import { useState } from "react";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { bytes, percent } from "@/ui/format";
import { DropZone } from "./DropZone";
import classes from "./Pictures.module.css";
import { MAX_ALT, MAX_PICTURES, pictureTypes, unfit } from "./pictureOrder";
import { useShopSettings } from "./queries";
import { useUploads, type Waiting } from "./useUploads";

type Props = { productId: string /** Pictures that the product has. */; count: number };

/** Chooses pictures, describes them, and sends them. */
export function PictureUpload({ productId, count }: Props) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const settings = useShopSettings().data;
  const uploads = useUploads(productId);
  const [refused, setRefused] = useState<string[]>([]);
  const types = pictureTypes(settings?.allowedFileTypes ?? ["JPEG", "PNG", "GIF", "WEBP"]);
  const most = settings?.maxFileBytes ?? 5_242_880;
  const take = (files: File[]) => {
    const fit: File[] = [];
    const reasons: string[] = [];
    for (const file of files) {
      const reason = unfit(file, types, most, MAX_PICTURES - count - uploads.waiting.length - fit.length);
      if (reason) reasons.push(`${file.name}: ${t.unfit[reason]}`);
      else fit.push(file);
    }
    setRefused(reasons);
    uploads.add(fit);
  };
  const names = types.map((type) => type.replace("image/", "").toUpperCase()).join(", ");
  return (
    <Stack>
      <DropZone
        label={t.addPictures}
        choose={t.choosePictures}
        hint={t.pictureHint(names, bytes(most), MAX_PICTURES)}
        accept={types.join(",")}
        multiple
        disabled={uploads.sending}
        onFiles={take}
      />
      <div role="alert" className={refused.length > 0 ? undefined : classes.silent}>
        {refused.length > 0 && (
          <ul className={classes.refused}>
            {refused.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </div>
      {uploads.waiting.map((one) => (
        <Chosen key={one.key} one={one} sending={uploads.sending} onAlt={uploads.update} onDrop={uploads.drop} />
      ))}
      {uploads.waiting.length > 0 && (
        <Group justify="flex-end" gap="xs">
          {uploads.sending && (
            <Button variant="default" onClick={uploads.stop}>
              {words.cancel}
            </Button>
          )}
          <Button loading={uploads.sending} onClick={() => void uploads.send()}>
            {t.uploadPictures(uploads.waiting.length)}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

type ChosenProps = {
  one: Waiting;
  sending: boolean;
  onAlt: (key: string, change: { alt: string }) => void;
  onDrop: (one: Waiting) => void;
};

/** A chosen picture, with the description that it is sent with: the API takes it only then. */
function Chosen({ one, sending, onAlt, onDrop }: ChosenProps) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  return (
    <div className={classes.chosen}>
      <img src={one.preview} alt="" className={classes.preview} />
      <Stack gap="xs" className={classes.describe}>
        <TextInput
          label={t.altOf(one.file.name)}
          placeholder={t.altHint}
          maxLength={MAX_ALT}
          disabled={sending}
          value={one.alt}
          onChange={(event) => onAlt(one.key, { alt: event.currentTarget.value })}
        />
        {one.share !== null && (
          <Group gap="xs" wrap="nowrap">
            <Progress value={one.share * 100} aria-label={one.file.name} className={classes.describe} />
            <span className="figures">{percent(one.share)}</span>
          </Group>
        )}
        {Boolean(one.error) && <FailureNote error={one.error} />}
      </Stack>
      <ActionIcon
        variant="subtle"
        size="lg"
        disabled={sending}
        aria-label={`${words.remove}: ${one.file.name}`}
        onClick={() => onDrop(one)}
      >
        <X size={16} />
      </ActionIcon>
    </div>
  );
}
