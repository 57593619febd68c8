import { Button, Drawer, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { orderOptions } from "@/api/orders";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { dateTime, money } from "@/ui/format";
import { isOutOfPool } from "./claimResults";
import { DueDate } from "./DueDate";
import { Fact } from "./Fact";
import { GoneNote } from "./GoneNote";
import { OrderLines } from "./OrderLines";
import { orderName } from "./orderName";
import classes from "./Pool.module.css";
import type { Gone, PoolEvent, PoolRow } from "./pool";
import { useClaim } from "./useClaim";
import shared from "./Work.module.css";

type Props = {
  /** The order to look into; nothing is shown without one. */
  id: string | undefined;
  rows: readonly PoolRow[];
  gone: Readonly<Record<string, Gone>>;
  onClose: () => void;
  tell: (event: PoolEvent) => void;
  /** The customer's files, which the page brings. */
  files?: ((order: Order) => ReactNode) | undefined;
};

/** What a worker may see of an order before claiming it: all but the customer's address and e-mail. */
export function OrderPreview({ id, rows, gone, onClose, tell, files }: Props) {
  const c = useWords(common);
  const known = rows.find(({ order }) => order.id === id)?.order;
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={known ? orderName(known) : c.order}
      closeButtonProps={{ "aria-label": c.close }}
    >
      {id && <Looked key={id} id={id} known={known} gone={gone[id] ?? null} tell={tell} files={files} />}
    </Drawer>
  );
}

type LookedProps = Pick<Props, "tell" | "files"> & { id: string; known: Order | undefined; gone: Gone | null };

function Looked({ id, known, gone, tell, files }: LookedProps) {
  const c = useWords(common);
  const t = useWords(work).preview;
  const p = useWords(work).pool;
  const { data: order, error, refetch } = useQuery({ ...orderOptions(id), placeholderData: known });
  const claim = useClaim(tell);
  if (error && !order) return <FailureNote error={error} onRetry={() => void refetch()} />;
  if (!order) return <Skeleton height="18rem" />;
  const failed = claim.isError && !isOutOfPool(claim.error);
  return (
    <Stack>
      <Text className="code" c="dimmed">
        {order.orderNumber}
      </Text>
      <dl className={classes.filters}>
        <Fact label={c.customer}>{order.customer.name}</Fact>
        <Fact label={t.wanted}>
          <DueDate time={order.estimatedCompletion} />
        </Fact>
        <Fact label={c.total}>{money(order.total)}</Fact>
        <Fact label={t.placed}>{dateTime(order.createdAt)}</Fact>
      </dl>
      {order.description && (
        <section>
          <h3>{c.description}</h3>
          <p className={shared.prose}>{order.description}</p>
        </section>
      )}
      {order.specialInstructions && (
        <section>
          <h3>{t.instructions}</h3>
          <p className={shared.prose}>{order.specialInstructions}</p>
        </section>
      )}
      <OrderLines order={order} />
      {files?.(order)}
      <Text size="sm" c="dimmed">
        {t.hidden}
      </Text>
      {failed && !gone && <FailureNote error={claim.error} onRetry={() => claim.mutate(order)} />}
      <div role="status">{gone && <GoneNote gone={gone} selected={false} orderId={id} />}</div>
      {!gone && isClaimable(order) && (
        <Group>
          <Button loading={claim.isPending} onClick={() => claim.mutate(order)}>
            {p.claim}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** Whether it is in the pool: a link may lead to an order that was in it. */
function isClaimable({ status, paymentStatus, assignee }: Order): boolean {
  return status === "PENDING" && paymentStatus === "PAID" && !assignee;
}
