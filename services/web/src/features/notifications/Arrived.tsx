import { Button } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./Notifications.module.css";

/** Says that there are new ones, and loads them when the user asks. */
export function Arrived({ count, onShow }: { count: number; onShow: () => void }) {
  const t = useWords(common);
  if (count === 0) return null;
  return (
    <div className={classes.arrived}>
      <Button size="compact-sm" radius="xl" onClick={onShow}>
        {t.newRows(count)}
      </Button>
    </div>
  );
}
