import { Button } from "@mantine/core";
import { useId } from "react";
import type { Order, File as OrderFile } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { files as words } from "@/i18n/en/files";
import { useWords } from "@/i18n/language";
import type { DelayedDelete } from "@/ui/useDelayedDelete";
import classes from "./FileList.module.css";
import { FileRow } from "./FileRow";
import { isCustomer, mayDelete, type Purpose, type Reader } from "./rights";

type Props = {
  order: Order;
  reader: Reader | null;
  files: OrderFile[];
  deletion: DelayedDelete;
  onShow: (file: OrderFile) => void;
  older: { more: boolean; loading: boolean; load: () => void };
};

const SECTIONS: Purpose[] = ["RESULT", "PROGRESS", "REFERENCE"];

/** The files of an order by purpose, what matters most first. */
export function FileList({ order, reader, files, deletion, onShow, older }: Props) {
  const t = useWords(common);
  return (
    <div>
      {SECTIONS.map((purpose) => (
        <Section
          key={purpose}
          purpose={purpose}
          order={order}
          reader={reader}
          files={files.filter((file) => file.purpose === purpose)}
          deletion={deletion}
          onShow={onShow}
        />
      ))}
      {older.more && (
        <Button size="compact-sm" variant="default" mt="sm" loading={older.loading} onClick={older.load}>
          {t.showMore}
        </Button>
      )}
    </div>
  );
}

type SectionProps = Omit<Props, "older"> & { purpose: Purpose };

function Section({ purpose, order, reader, files, deletion, onShow }: SectionProps) {
  const w = useWords(words);
  const heading = useId();
  const open = order.status !== "COMPLETED" && order.status !== "CANCELLED";
  const hidden = purpose === "RESULT" && open;
  const forCustomer = isCustomer(order, reader);
  // The customer learns that results will come; the others need no empty section.
  if (files.length === 0 && !(hidden && forCustomer && order.kind !== "GOODS")) return null;
  return (
    <section className={classes.section} aria-labelledby={heading}>
      <h3 id={heading} className={classes.heading}>
        {w.sections[purpose]}
      </h3>
      {hidden && <p className={classes.note}>{forCustomer ? w.resultsLater : w.hiddenUntilDone}</p>}
      <ul className={classes.list}>
        {files.map((file) => (
          <FileRow
            key={file.id}
            file={file}
            own={file.uploadedBy?.id === reader?.id}
            onRemove={mayDelete(order, reader, file) ? () => deletion.remove(file.id) : undefined}
            onUndo={() => deletion.undo(file.id)}
            onShow={() => onShow(file)}
            deletion={deletion.of(file.id)}
          />
        ))}
      </ul>
    </section>
  );
}
