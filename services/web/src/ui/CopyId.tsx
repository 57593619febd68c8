import { ActionIcon, CopyButton, VisuallyHidden } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./CopyId.module.css";

type Props = {
  id: string;
  /** Says what the id is of, for screen readers. */
  label: string;
};

/** An id that people pass on to others, with a button that copies it. */
export function CopyId({ id, label }: Props) {
  const t = useWords(common);
  return (
    <span className={classes.id}>
      <span className={`code ${classes.text}`} title={id}>
        {id}
      </span>
      <CopyButton value={id} timeout={2000}>
        {({ copied, copy }) => (
          <>
            <ActionIcon
              variant="subtle"
              size={24}
              color={copied ? "green" : "gray"}
              aria-label={`${t.copy}: ${label}`}
              onClick={copy}
            >
              {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
            </ActionIcon>
            <VisuallyHidden role="status">{copied ? t.copied : ""}</VisuallyHidden>
          </>
        )}
      </CopyButton>
    </span>
  );
}
