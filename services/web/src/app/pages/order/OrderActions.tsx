import { Button } from "@mantine/core";
import { CreditCard, Pencil, Printer, RotateCcw } from "lucide-react";
import type { Order } from "@/api/schema";
import type { Actions } from "@/features/orders/actions";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { ButtonLink } from "@/ui/links";
import { buttonOf, type Task } from "./useTask";

type Props = {
  order: Order;
  actions: Actions;
  /** The customer has asked for cancellation already. */
  asked: boolean;
  task: Task | null;
  onOpen: (task: Task) => void;
};

/** What can be done with an order at its head. Workers and administrators have panels of their own. */
export function OrderActions({ order, actions, asked, task, onOpen }: Props) {
  const t = useWords(orders);
  const words = useWords(common);
  const opens = (name: Task) => ({
    id: buttonOf(name),
    "aria-expanded": task === name,
    onClick: () => onOpen(name),
  });
  return (
    <>
      {actions.pay && (
        <ButtonLink
          to="/pay/$orderId"
          params={{ orderId: order.id }}
          leftSection={<CreditCard size={16} aria-hidden="true" />}
        >
          {t.pay(money(order.total))}
        </ButtonLink>
      )}
      {actions.again && (
        <ButtonLink
          to="/order"
          search={actions.again}
          variant="default"
          leftSection={<RotateCcw size={16} aria-hidden="true" />}
        >
          {t.orderAgain}
        </ButtonLink>
      )}
      {actions.edit && (
        <Button variant="default" leftSection={<Pencil size={16} aria-hidden="true" />} {...opens("edit")}>
          {words.edit}
        </Button>
      )}
      <Button
        variant="default"
        leftSection={<Printer size={16} aria-hidden="true" />}
        onClick={() => globalThis.print()}
      >
        {words.print}
      </Button>
      {actions.cancel && (
        <Button variant="subtle" color="red" {...opens("cancel")}>
          {t.cancelOrder}
        </Button>
      )}
      {actions.askToCancel && !asked && (
        <Button variant="subtle" color="red" {...opens("ask")}>
          {t.askToCancel}
        </Button>
      )}
    </>
  );
}
