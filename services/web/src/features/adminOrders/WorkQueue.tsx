import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import {
  BadgeCheck,
  CirclePause,
  HandCoins,
  type LucideIcon,
  MailWarning,
  PackageMinus,
  Scale,
  Tag,
  Undo2,
  UserPlus,
} from "lucide-react";
import type { ReactNode } from "react";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Dashboard, Product } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { PATHS } from "./acts";
import { type OrderFilters, orderQuery } from "./filters";
import { BY_HAND, GIVEN } from "./views";
import classes from "./WorkQueue.module.css";

type Counted = { total?: number; totalIsCapped?: boolean };
type Count = { value: number; more: boolean } | undefined;

function countOf(page: Counted | undefined): Count {
  return page && { value: page.total ?? 0, more: page.totalIsCapped ?? false };
}

function useOrderCount(filters: OrderFilters) {
  return $api.useQuery("get", PATHS.orders, { params: { query: { ...orderQuery(filters), limit: 1, total: true } } });
}

function useRequestCount() {
  const query = { state: ["PENDING" as const], limit: 1, total: true };
  useLive("change-request:created", () => refetchSoon(PATHS.requests));
  useLive("change-request:decided", () => refetchSoon(PATHS.requests));
  return $api.useQuery("get", PATHS.requests, { params: { query } });
}

function useFailedMails() {
  const query = { state: ["DEAD" as const], limit: 1, total: true };
  // No event tells of them.
  const every = { refetchInterval: 60_000 };
  return $api.useQuery("get", PATHS.deliveries, { params: { query } }, every);
}

function usePayoutsToApprove() {
  const query = { state: ["PENDING" as const], limit: 1, total: true };
  useLive("payout:updated", () => refetchSoon(PATHS.payouts));
  return $api.useQuery("get", PATHS.payouts, { params: { query } });
}

function useDifferences() {
  const query = { state: ["OPEN" as const], limit: 1, total: true };
  // No event tells of them.
  const every = { refetchInterval: 60_000 };
  return $api.useQuery("get", PATHS.differences, { params: { query } }, every);
}

function useRefundsByHand() {
  const query = { ...BY_HAND, limit: 1, total: true };
  // Each begins and ends with its payment.
  useLive("payment:updated", () => refetchSoon(PATHS.refunds));
  return $api.useQuery("get", PATHS.refunds, { params: { query } });
}

/** What waits for an administrator, with links to it. */
export function WorkQueue({ board }: { board: Dashboard | undefined }) {
  const t = useWords(adminOrders);
  const requests = useRequestCount();
  const unassigned = useOrderCount(GIVEN.unassigned);
  const toPrice = useOrderCount(GIVEN.toPrice);
  const mails = useFailedMails();
  const payouts = usePayoutsToApprove();
  const differences = useDifferences();
  const refunds = useRefundsByHand();
  const failed = [requests, unassigned, toPrice, mails, payouts, refunds, differences].find(
    (query) => query.isError && !query.data,
  );
  const low = board?.lowStock;
  return (
    <Card title={t.workQueue} flush>
      {failed && <FailureNote error={failed.error} onRetry={() => void failed.refetch()} />}
      <ul className={classes.list}>
        <Waiting icon={BadgeCheck} count={countOf(requests.data)}>
          <Link to="/admin/requests" className={classes.link}>
            {t.openRequests}
          </Link>
        </Waiting>
        <Waiting icon={UserPlus} count={countOf(unassigned.data)}>
          <Link to="/admin/orders" search={GIVEN.unassigned} className={classes.link}>
            {t.unassignedOrders}
          </Link>
        </Waiting>
        <Waiting icon={Tag} count={countOf(toPrice.data)}>
          <Link to="/admin/orders" search={GIVEN.toPrice} className={classes.link}>
            {t.priceRequests}
          </Link>
        </Waiting>
        <Waiting icon={CirclePause} count={board && { value: board.ordersByStatus.ON_HOLD, more: false }}>
          <Link to="/admin/orders" search={GIVEN.onHold} className={classes.link}>
            {t.ordersOnHold}
          </Link>
        </Waiting>
        <Waiting icon={HandCoins} count={countOf(payouts.data)}>
          <Link to="/admin/payouts" search={{ state: "PENDING" }} className={classes.link}>
            {t.payoutsToApprove}
          </Link>
        </Waiting>
        <Waiting icon={Undo2} count={countOf(refunds.data)}>
          <Link to="/admin/refunds" className={classes.link}>
            {t.refundsByHand}
          </Link>
        </Waiting>
        <Waiting icon={Scale} count={countOf(differences.data)}>
          <Link to="/admin/differences" search={{ state: "OPEN" }} className={classes.link}>
            {t.openDifferences}
          </Link>
        </Waiting>
        <Waiting icon={MailWarning} count={countOf(mails.data)}>
          <Link to="/admin/mails" search={{ state: "DEAD" }} className={classes.link}>
            {t.failedMails}
          </Link>
        </Waiting>
        {/* The API lists ten at most. */}
        <Waiting icon={PackageMinus} count={low && { value: low.length, more: low.length >= 10 }}>
          <Link to="/admin/products" search={{ lowStock: true }} className={classes.link}>
            {t.lowStock}
          </Link>
          {low && low.length > 0 && <LowStock products={low} />}
        </Waiting>
      </ul>
    </Card>
  );
}

function Waiting({ icon: Icon, count, children }: { icon: LucideIcon; count: Count; children: ReactNode }) {
  const t = useWords(adminOrders);
  return (
    <li className={classes.row} data-waiting={count && count.value > 0 ? true : undefined}>
      <Icon size={18} aria-hidden="true" className={classes.icon} />
      <div className={classes.what}>{children}</div>
      {count ? (
        <span className={`${classes.count} figures`}>
          {count.more ? t.orMore(number(count.value)) : number(count.value)}
        </span>
      ) : (
        <Skeleton width="2rem" height="1.1rem" />
      )}
    </li>
  );
}

function LowStock({ products }: { products: Product[] }) {
  const t = useWords(adminOrders);
  return (
    <ul className={classes.products}>
      {products.map(({ id, name, available }) => (
        <li key={id}>
          <TextLink to="/admin/products/$productId" params={{ productId: id }} size="sm">
            {name}
          </TextLink>{" "}
          {t.left(available ?? 0)}
        </li>
      ))}
    </ul>
  );
}
