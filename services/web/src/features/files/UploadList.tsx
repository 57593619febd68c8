import { ActionIcon, Button, Group } from "@mantine/core";
import { CircleAlert, X } from "lucide-react";
import { common } from "@/i18n/en/common";
import { files as words } from "@/i18n/en/files";
import { useWords } from "@/i18n/language";
import { failureText } from "@/ui/Failure";
import { bytes, percent } from "@/ui/format";
import type { Limits } from "./content";
import { problemText } from "./texts";
import classes from "./UploadArea.module.css";
import type { Item, UploadQueue } from "./uploadQueue";

type Props = { items: readonly Item[]; queue: UploadQueue; limits: Limits };

/** Files that are on their way to the server, and those that did not get there. */
export function UploadList({ items, queue, limits }: Props) {
  const w = useWords(words);
  if (items.length === 0) return null;
  return (
    <ul className={`${classes.uploads} no-print`} aria-label={w.uploads}>
      {items.map((item) => (
        <UploadRow key={item.id} item={item} queue={queue} limits={limits} />
      ))}
    </ul>
  );
}

function UploadRow({ item, queue, limits }: { item: Item; queue: UploadQueue; limits: Limits }) {
  const t = useWords(common);
  const w = useWords(words);
  const { id, file, state } = item;
  const active = state.kind === "queued" || state.kind === "sending";
  return (
    <li className={classes.upload}>
      <span className={classes.name}>
        {file.name} <span className={classes.hint}>{bytes(file.size)}</span>
      </span>
      <Group gap="xs" wrap="nowrap">
        {(state.kind === "failed" || state.kind === "stopped") && (
          <Button size="compact-sm" variant="default" onClick={() => queue.retry(id)}>
            {t.retry}
          </Button>
        )}
        {active ? (
          <Button size="compact-sm" variant="default" aria-label={w.stopFile(file.name)} onClick={() => queue.stop(id)}>
            {w.stop}
          </Button>
        ) : (
          <ActionIcon variant="subtle" size={28} aria-label={w.dismiss(file.name)} onClick={() => queue.remove(id)}>
            <X size={16} aria-hidden="true" />
          </ActionIcon>
        )}
      </Group>
      {state.kind === "sending" && (
        <progress className={classes.bar} max={1} value={state.share} aria-label={w.progressOf(file.name)} />
      )}
      <UploadText item={item} limits={limits} />
    </li>
  );
}

function UploadText({ item: { state }, limits }: { item: Item; limits: Limits }) {
  const w = useWords(words);
  switch (state.kind) {
    case "queued":
      return <p className={classes.state}>{w.queued}</p>;
    case "sending":
      return <p className={classes.state}>{state.share < 1 ? percent(state.share) : w.processing}</p>;
    case "stopped":
      return <p className={classes.state}>{w.stopped}</p>;
    case "problem":
      return <Bad text={problemText(state.problem, limits)} />;
    case "failed": {
      const { title, hint } = failureText(state.error);
      return <Bad text={[title, hint].filter(Boolean).join(" ")} />;
    }
  }
}

function Bad({ text }: { text: string }) {
  return (
    <p className={classes.state} data-bad role="alert">
      <CircleAlert size={14} aria-hidden="true" />
      {text}
    </p>
  );
}
