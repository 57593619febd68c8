import { Skeleton, Stack } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { orderOptions, showOrder } from "@/api/orders";
import type { ChangeRequestWithOrder, Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import { OrderSummary } from "./OrderSummary";
import { RequestDecision } from "./RequestDecision";
import { RequestFacts } from "./RequestFacts";
import classes from "./RequestSubject.module.css";

type Props = {
  request: ChangeRequestWithOrder;
  work: (order: Order) => ReactNode;
  after: ReactNode;
};

/** The order of a request as it is now. */
function useOrderOf(request: ChangeRequestWithOrder) {
  const client = useQueryClient();
  const query = useQuery(orderOptions(request.orderId));
  useLive("order:updated", (order) => {
    if (order.id === request.orderId) showOrder(order, client);
  });
  return { order: query.data ?? request.order ?? null, query };
}

/** One request: what is asked, the order, the decision, and the work beside it. */
export function RequestSubject({ request, work, after }: Props) {
  const t = useWords(adminOrders);
  const { order, query } = useOrderOf(request);
  const title = useRef<HTMLSpanElement>(null);
  // Whoever chose it by the keyboard goes on here.
  useEffect(() => title.current?.focus(), []);
  const heading = (
    <span ref={title} tabIndex={-1} className={classes.title}>
      {t.requestFor[request.kind]}
    </span>
  );
  const link = (
    <TextLink to="/orders/$orderId" params={{ orderId: request.orderId }} className="code">
      {order?.orderNumber ?? t.toOrder}
    </TextLink>
  );
  return (
    <Stack gap="lg">
      <Card title={heading} aside={link}>
        <Stack gap="md">
          <RequestFacts request={request} />
          {order ? <OrderSummary order={order} /> : !query.isError && <Skeleton height="6rem" />}
          {query.isError && <FailureNote error={query.error} onRetry={() => void query.refetch()} />}
          <RequestDecision request={request} order={order} after={after} />
        </Stack>
      </Card>
      {order && work(order)}
    </Stack>
  );
}
