import { Button, Checkbox } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { Stamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import { isOutOfPool } from "./claimResults";
import { DueDate } from "./DueDate";
import { GoneNote } from "./GoneNote";
import { itemsLine, orderName } from "./orderName";
import classes from "./Pool.module.css";
import type { PoolEvent, PoolRow } from "./pool";
import { useClaim } from "./useClaim";
import shared from "./Work.module.css";

/** Milliseconds that a row says why it is gone; longer if it was selected. */
const TOLD = 6_000;
const TOLD_IF_SELECTED = 12_000;

type Props = {
  row: PoolRow;
  current: boolean;
  selected: boolean;
  onToggle: () => void;
  onLook: (order: Order) => void;
  tell: (event: PoolEvent) => void;
};

/** An order of the pool, with the button that claims it. */
export function PoolItem({ row, current, selected, onToggle, onLook, tell }: Props) {
  const c = useWords(common);
  const t = useWords(work).pool;
  const { order, gone, isNew } = row;
  const claim = useClaim(tell);
  const box = useRef<HTMLLIElement>(null);
  const isLeaving = gone !== null && gone.why !== "mine";
  useEffect(() => {
    if (!isLeaving) return;
    let timer: ReturnType<typeof setTimeout>;
    // A row with the focus stays: the keyboard would lose its place.
    const leave = () => {
      if (box.current?.contains(document.activeElement)) timer = setTimeout(leave, TOLD);
      else tell({ kind: "faded", id: order.id });
    };
    timer = setTimeout(leave, selected ? TOLD_IF_SELECTED : TOLD);
    return () => clearTimeout(timer);
  }, [isLeaving, selected, order.id, tell]);
  useEffect(() => {
    if (current) box.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  useEffect(() => {
    // Its button is gone: the keyboard goes on with the link to the order.
    if (claim.isSuccess) box.current?.querySelector("a")?.focus();
  }, [claim.isSuccess]);
  const failed = claim.isError && !isOutOfPool(claim.error);
  const name = orderName(order);
  return (
    <li
      ref={box}
      className={classes.item}
      data-current={current || undefined}
      data-gone={gone ? gone.why : undefined}
      data-new={isNew || undefined}
    >
      <Checkbox aria-label={c.selectRow(name)} checked={selected} disabled={gone !== null} onChange={onToggle} />
      <div className={classes.main}>
        <button type="button" className={classes.name} onClick={() => onLook(order)}>
          {name}
        </button>{" "}
        {isNew && <Stamp tone="working">{t.isNew}</Stamp>}
        <div className={shared.facts}>
          <span className="code">{order.orderNumber}</span>
          <span>{order.customer.name}</span>
          {order.items.length > 0 && <span>{itemsLine(order)}</span>}
          <span>
            {t.ordered} <Ago time={order.createdAt} />
          </span>
        </div>
      </div>
      <div className={classes.wanted}>
        <DueDate time={order.estimatedCompletion} />
      </div>
      <div className={classes.total}>{money(order.total)}</div>
      <div className={classes.act}>
        {!gone && (
          <Button size="xs" loading={claim.isPending} aria-label={t.claimOne(name)} onClick={() => claim.mutate(order)}>
            {t.claim}
          </Button>
        )}
      </div>
      {gone && (
        <div className={classes.told}>
          <GoneNote gone={gone} selected={selected} orderId={order.id} />
        </div>
      )}
      {failed && !gone && (
        <div className={classes.told}>
          <FailureNote error={claim.error} onRetry={() => claim.mutate(order)} />
        </div>
      )}
    </li>
  );
}
