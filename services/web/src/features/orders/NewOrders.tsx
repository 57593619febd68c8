import { Button } from "@mantine/core";
import { ArrowUp } from "lucide-react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./NewOrders.module.css";

/** Says that orders have arrived, and shows them when asked. */
export function NewOrders({ count, onShow }: { count: number; onShow: () => void }) {
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
