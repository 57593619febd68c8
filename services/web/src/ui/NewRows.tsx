import { Button } from "@mantine/core";
import { ArrowUp } from "lucide-react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./NewRows.module.css";

/** Says that rows have arrived, and loads them when asked, so that the list does not jump under the pointer. */
export function NewRows({ count, onShow }: { count: number; onShow: () => void }) {
  const t = useWords(common);
  return (
    <div role="status" className={classes.place}>
      {count > 0 && (
        <Button size="xs" radius="xl" leftSection={<ArrowUp size={14} aria-hidden="true" />} onClick={onShow}>
          {t.newRows(count)}
        </Button>
      )}
    </div>
  );
}
