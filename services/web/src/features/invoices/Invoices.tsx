import { Skeleton } from "@mantine/core";
import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import type { Order } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { InvoiceRow } from "./InvoiceRow";
import classes from "./Invoices.module.css";

/** The invoices and credit notes of an order, for its customer and administrators. Nothing while there are none. */
export function Invoices({ order }: { order: Order }) {
  const w = useWords(checkout);
  const query = $api.useQuery("get", OF_ORDER.invoices, { params: { path: { id: order.id } } });
  const invoices = query.data?.items;
  if (invoices?.length === 0 || (query.isPending && order.paymentStatus === "UNPAID")) return null;
  return (
    <Card title={w.invoices}>
      {query.isError && !invoices && <FailureNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="2.75rem" />}
      {invoices && (
        <ul className={classes.items}>
          {invoices.map((invoice) => (
            <InvoiceRow key={invoice.id} invoice={invoice} />
          ))}
        </ul>
      )}
    </Card>
  );
}
