import { Skeleton, Stack, Text } from "@mantine/core";
import type { Order } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import { isOver } from "@/ui/orderFacts";
import { OrderStamp } from "@/ui/Stamp";
import { useNow } from "@/ui/useNow";
import { ClaimPanel } from "./ClaimPanel";
import { ProgressForm } from "./ProgressForm";
import { QuotePanel } from "./QuotePanel";
import { RequestNote, useChangeRequests } from "./Requests";
import { Shipments } from "./Shipments";
import { WorkActions } from "./WorkActions";
import { shownRequests, workPart } from "./workSteps";

/** What a worker does with an order: work on their own, price a request, or claim one of the pool. Nothing for others. */
export function WorkPanel({ order }: { order: Order }) {
  const user = useUser();
  switch (user && workPart(order, user)) {
    case "work":
      return <OwnWork order={order} />;
    case "price":
      return <QuotePanel order={order} />;
    case "claim":
      return <ClaimPanel order={order} />;
    default:
      return null;
  }
}

function OwnWork({ order }: { order: Order }) {
  const t = useWords(work);
  const now = useNow(60_000);
  const requests = useChangeRequests(order.id);
  const items = requests.data?.items ?? [];
  const over = isOver(order);
  return (
    <Stack gap="md">
      <Card title={t.steps.title} aside={<OrderStamp status={order.status} />}>
        <Stack gap="sm">
          {requests.isError && !requests.data && (
            <FailureNote error={requests.error} onRetry={() => void requests.refetch()} />
          )}
          {requests.isPending && <Skeleton height="2.5rem" />}
          {shownRequests(items, now).map((request) => (
            <RequestNote key={request.id} request={request} />
          ))}
          {over ? (
            <Text>
              {order.replacedById ? t.steps.replaced : t.steps.over} <TextLink to="/work">{t.steps.toMyWork}</TextLink>
            </Text>
          ) : (
            !requests.isPending && <WorkActions order={order} requests={items} />
          )}
        </Stack>
      </Card>
      {!over && <ProgressForm order={order} />}
      {order.kind !== "SERVICE" && <Shipments order={order} />}
    </Stack>
  );
}
