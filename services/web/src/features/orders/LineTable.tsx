import type { Money, OrderItem } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { money, number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import classes from "./LineTable.module.css";

export type Line = Pick<OrderItem, "name" | "quantity" | "unitPrice" | "lineTotal" | "productId"> &
  Partial<Pick<OrderItem, "refundedQuantity">>;

type Props = {
  lines: Line[];
  total: Money;
  /** What was refunded of it. */
  refunded?: Money;
  /** With links to the products. */
  linked?: boolean;
};

/** Lines with their prices and their sum, as on an invoice. */
export function LineTable({ lines, total, refunded, linked = false }: Props) {
  const t = useWords(orders);
  const words = useWords(common);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t.item}</th>
          <th scope="col" className={classes.unit}>
            {words.price}
          </th>
          <th scope="col" className={classes.amount}>
            {t.amount}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          <tr key={index}>
            <td>
              {linked && line.productId ? (
                <TextLink to="/products/$productId" params={{ productId: line.productId }}>
                  {line.name}
                </TextLink>
              ) : (
                line.name
              )}
              {line.refundedQuantity ? <small>{t.unitsRefunded(line.refundedQuantity)}</small> : null}
            </td>
            <td className={classes.unit}>{`${number(line.quantity)} × ${money(line.unitPrice)}`}</td>
            <td className={classes.amount}>{money(line.lineTotal)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            {words.total}
          </th>
          <td className={classes.amount}>{money(total)}</td>
        </tr>
        {refunded && refunded.amount > 0 && (
          <tr>
            <th scope="row" colSpan={2}>
              {t.refunded}
            </th>
            <td className={classes.amount}>{money({ ...refunded, amount: -refunded.amount })}</td>
          </tr>
        )}
      </tfoot>
    </table>
  );
}
