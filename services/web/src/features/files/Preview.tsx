import { ActionIcon, Group, Modal, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { KeyboardEvent } from "react";
import type { File as OrderFile } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { files as words } from "@/i18n/en/files";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { bytes, dateTime } from "@/ui/format";
import { linkTo } from "./links";
import classes from "./Preview.module.css";

/** Links are valid for five minutes. */
const LINK_LASTS = 240_000;

type Props = {
  files: OrderFile[];
  shown: OrderFile;
  onShow: (file: OrderFile) => void;
  onClose: () => void;
};

/** A picture or a video in a dialog of the shell; the arrow keys go to the next one. */
export function Preview({ files, shown, onShow, onClose }: Props) {
  const t = useWords(common);
  const w = useWords(words);
  const index = files.findIndex(({ id }) => id === shown.id);
  const [before, next] = [files[index - 1], files[index + 1]];
  const go = (file: OrderFile | undefined) => file && onShow(file);
  const press = (event: KeyboardEvent) => {
    // Arrows move in a video.
    if (event.target instanceof HTMLVideoElement) return;
    if (event.key === "ArrowLeft") go(before);
    if (event.key === "ArrowRight") go(next);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={shown.name}
      size="xl"
      centered
      closeButtonProps={{ "aria-label": t.close }}
      onKeyDown={press}
    >
      <Content key={shown.id} file={shown} />
      <Group justify="space-between" mt="sm" wrap="nowrap">
        <Text size="sm" c="dimmed">
          {[bytes(shown.size), shown.uploadedBy?.name, dateTime(shown.createdAt)].filter(Boolean).join(" · ")}
        </Text>
        {files.length > 1 && (
          <Group gap="xs" wrap="nowrap">
            <ActionIcon
              variant="default"
              size={36}
              aria-label={w.previous}
              disabled={!before}
              onClick={() => go(before)}
            >
              <ChevronLeft size={18} aria-hidden="true" />
            </ActionIcon>
            <ActionIcon variant="default" size={36} aria-label={w.next} disabled={!next} onClick={() => go(next)}>
              <ChevronRight size={18} aria-hidden="true" />
            </ActionIcon>
          </Group>
        )}
      </Group>
    </Modal>
  );
}

function Content({ file }: { file: OrderFile }) {
  const link = useQuery({
    queryKey: ["file-link", file.id],
    queryFn: () => linkTo(file.id),
    staleTime: LINK_LASTS,
    gcTime: LINK_LASTS,
  });
  if (link.isError) return <FailureNote error={link.error} onRetry={() => void link.refetch()} />;
  if (!link.data) return <Skeleton className={classes.frame} />;
  if (file.contentType === "video/mp4") {
    return (
      // biome-ignore lint/a11y/useMediaCaption: whoever uploads a video has no captions for it
      <video className={classes.shown} src={link.data.url} controls aria-label={file.name} />
    );
  }
  return (
    <img
      className={classes.shown}
      src={link.data.url}
      alt={file.name}
      width={file.width ?? undefined}
      height={file.height ?? undefined}
    />
  );
}
