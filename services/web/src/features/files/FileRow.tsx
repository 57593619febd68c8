import { ActionIcon, Button, UnstyledButton } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Download, Trash2, Undo2 } from "lucide-react";
import type { File as OrderFile } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { files as words } from "@/i18n/en/files";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { bytes } from "@/ui/format";
import { Ago } from "@/ui/Time";
import type { Deletion } from "@/ui/useDelayedDelete";
import classes from "./FileList.module.css";
import { canShow, download } from "./links";
import { Thumbnail } from "./Thumbnail";

type Props = {
  file: OrderFile;
  own: boolean;
  /** Undefined: the reader may not delete it. */
  onRemove: (() => void) | undefined;
  onUndo: () => void;
  onShow: () => void;
  deletion: Deletion | undefined;
};

/** A file with what can be done with it. */
export function FileRow({ file, own, onRemove, onUndo, onShow, deletion }: Props) {
  const t = useWords(common);
  const w = useWords(words);
  const saving = useMutation({ mutationFn: () => download(file) });
  const going = deletion?.kind === "waiting" || deletion?.kind === "running";
  const who = own ? w.you : file.uploadedBy?.name;
  return (
    <li className={classes.file} data-going={going || undefined}>
      <UnstyledButton
        className={classes.open}
        disabled={going}
        aria-label={canShow(file) ? w.showFile(file.name) : w.downloadFile(file.name)}
        onClick={() => (canShow(file) ? onShow() : saving.mutate())}
      >
        <Thumbnail file={file} />
        <span className={classes.name}>{file.name}</span>
      </UnstyledButton>
      <span className={classes.facts}>
        <span className="figures">{bytes(file.size)}</span>
        {who && <span>{w.by(who)}</span>}
        <Ago time={file.createdAt} />
        {going && <span role="status">{w.deleting}</span>}
      </span>
      <span className={`${classes.actions} no-print`}>
        <ActionIcon
          variant="subtle"
          size={32}
          loading={saving.isPending}
          disabled={going}
          aria-label={w.downloadFile(file.name)}
          onClick={() => saving.mutate()}
        >
          <Download size={17} aria-hidden="true" />
        </ActionIcon>
        {onRemove && (
          // One button for both: the focus stays on it.
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={going ? <Undo2 size={15} aria-hidden="true" /> : <Trash2 size={15} aria-hidden="true" />}
            disabled={deletion?.kind === "running"}
            aria-label={going ? w.undoDelete(file.name) : w.deleteFile(file.name)}
            onClick={going ? onUndo : onRemove}
          >
            {going ? t.undo : t.delete}
          </Button>
        )}
      </span>
      {saving.isError && (
        <div className={classes.failure}>
          <FailureNote error={saving.error} onRetry={() => saving.mutate()} />
        </div>
      )}
      {deletion?.kind === "failed" && (
        <div className={classes.failure}>
          <FailureNote error={deletion.error} />
        </div>
      )}
    </li>
  );
}
