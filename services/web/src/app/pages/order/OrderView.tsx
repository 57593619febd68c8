import { Group, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Order, Person } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { AskToCancel } from "@/features/orders/AskToCancel";
import { actionsOf, openCancellation, partiesOf } from "@/features/orders/actions";
import { CancelOrder } from "@/features/orders/CancelOrder";
import { titleOf } from "@/features/orders/orderTitle";
import { Present } from "@/features/orders/Present";
import { useChangeRequests } from "@/features/orders/useChangeRequests";
import { StatusTracker } from "@/features/tracker/StatusTracker";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { isUnpriced } from "@/ui/orderFacts";
import { Page } from "@/ui/Page";
import { OrderStamp, PaymentStamp } from "@/ui/Stamp";
import { useNow } from "@/ui/useNow";
import { OrderActions } from "./OrderActions";
import { OrderSections } from "./OrderSections";
import { PartSkeleton } from "./PartSkeleton";
import { Slip } from "./Slip";
import { useIsWide } from "./useIsWide";
import { useTask } from "./useTask";

const route = getRouteApi("/signed-in/orders/$orderId");

const EditOrder = lazy(() => import("@/features/orders/EditOrder").then((module) => ({ default: module.EditOrder })));

/** The page of an order: what it is, how far it is, what can be done, and everything that belongs to it. */
export function OrderView({ order, present }: { order: Order; present: Person[] }) {
  const t = useWords(orders);
  const user = useUser();
  const now = useNow();
  const { task, open, close } = useTask();
  const parties = partiesOf(order, user);
  const actions = actionsOf(order, user, now);
  const requests = useChangeRequests(order.id, parties.owner).data?.items ?? [];
  const about = titleOf(order);
  // The chat says who is here, where it is shown.
  const isWide = useIsWide();
  const { tab } = route.useSearch();
  const hasChat = (parties.owner || parties.assignee || parties.admin) && (isWide || tab === "chat");
  return (
    <>
      <div className="no-print">
        <Page
          title={t.orderTitle(order.orderNumber)}
          beside={
            <Group gap={6}>
              <OrderStamp status={order.status} />
              {!isUnpriced(order) && <PaymentStamp status={order.paymentStatus} />}
            </Group>
          }
          subtitle={
            <Group gap="xs" wrap="wrap">
              {about && <span>{about}</span>}
              <Text component="span" fw={600} className="figures">
                {isUnpriced(order) ? t.noPriceYet : money(order.total)}
              </Text>
              {!hasChat && <Present people={present} />}
            </Group>
          }
          actions={
            <OrderActions
              order={order}
              actions={actions}
              asked={openCancellation(requests) !== undefined}
              task={task}
              onOpen={open}
            />
          }
        >
          <StatusTracker order={order} />
          {task === "edit" && (
            <Suspense fallback={<PartSkeleton />}>
              <EditOrder order={order} onDone={close} />
            </Suspense>
          )}
          {task === "cancel" && <CancelOrder order={order} refunds={actions.refunds} onDone={close} />}
          {task === "ask" && <AskToCancel orderId={order.id} onDone={close} />}
          <OrderSections order={order} parties={parties} viewer={user} requests={requests} now={now} />
        </Page>
      </div>
      <Slip order={order} />
    </>
  );
}
