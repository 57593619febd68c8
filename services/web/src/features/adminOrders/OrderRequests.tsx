import { Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchNow, refetchSoon } from "@/api/queryClient";
import type { ChangeRequest, Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { DecisionResult } from "./DecisionResult";
import classes from "./OrderRequests.module.css";
import { RequestDecision } from "./RequestDecision";
import { RequestFacts } from "./RequestFacts";
import { showRow } from "./rows";

function useRequestsOf(orderId: string) {
  const client = useQueryClient();
  useLive("change-request:created", (request) => {
    if (request.orderId === orderId) void refetchNow(OF_ORDER.requests);
  });
  useLive("change-request:decided", (request) => showRow(client, OF_ORDER.requests, request));
  useCatchUp(() => refetchSoon(OF_ORDER.requests));
  return $api.useQuery("get", OF_ORDER.requests, { params: { path: { id: orderId }, query: { limit: 50 } } });
}

/** The requests of an order: open ones with their decision, and earlier ones. Nothing if there are none. */
export function OrderRequests({ order }: { order: Order }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const { data, isError, error, refetch } = useRequestsOf(order.id);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const open = (data?.items ?? []).filter(({ state }) => state === "PENDING");
  const openIds = open.map(({ id }) => id).join();
  // A request that is decided while it is shown stays in its place, with what was typed.
  useEffect(() => {
    if (openIds) setSeen((before) => new Set([...before, ...openIds.split(",")]));
  }, [openIds]);
  if (isError && !data) return <FailureNote error={error} onRetry={() => void refetch()} />;
  const isShown = (request: ChangeRequest) => request.state === "PENDING" || seen.has(request.id);
  const earlier = (data?.items ?? []).filter((request) => !isShown(request));
  return (
    <>
      {data?.items.filter(isShown).map((request) => (
        <Card key={request.id} title={t.requestFor[request.kind]}>
          <Stack gap="md">
            <RequestFacts request={request} />
            <RequestDecision request={request} order={order} />
          </Stack>
        </Card>
      ))}
      {earlier.length > 0 && (
        <details className={classes.earlier}>
          <summary>{t.earlierRequests(earlier.length)}</summary>
          {earlier.map((request) => (
            <div key={request.id} className={classes.request}>
              <Text fw={600}>{c.requestKind[request.kind]}</Text>
              <RequestFacts request={request} />
              <DecisionResult request={request} order={null} replacement={null} unsent="" />
            </div>
          ))}
        </details>
      )}
    </>
  );
}
