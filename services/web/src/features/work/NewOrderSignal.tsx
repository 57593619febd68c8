import { VisuallyHidden } from "@mantine/core";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { orderName } from "./orderName";
import { useNewOrderSound } from "./useNewOrderSound";

/** Tells of new orders on every page of a worker. Only screen readers find something of it on the page. */
export function NewOrderSignal() {
  const t = useWords(work).sound;
  const order = useNewOrderSound();
  return (
    <VisuallyHidden role="status">
      {order && t.newOrder(order.orderNumber, orderName(order), money(order.total))}
    </VisuallyHidden>
  );
}
