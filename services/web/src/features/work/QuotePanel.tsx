import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "@/api/client";
import { refetchNow } from "@/api/queryClient";
import type { Order } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { dateTime, money } from "@/ui/format";
import { notify } from "@/ui/notify";
import { Fact } from "./Fact";
import { PATHS } from "./paths";
import { QuoteForm } from "./QuoteForm";
import { useReload } from "./useReload";
import classes from "./Work.module.css";

/** The price of a request: the offer that stands, and the form for a new one. */
export function QuotePanel({ order }: { order: Order }) {
  const t = useWords(work).quote;
  const user = useUser();
  const [editing, setEditing] = useState(false);
  const { quote } = order;
  if (!quote) return null;
  if (quote.state !== "OFFERED") {
    return (
      <Card title={quote.state === "EXPIRED" ? t.expiredTitle : t.title}>
        <QuoteForm order={order} onDone={() => setEditing(false)} />
      </Card>
    );
  }
  // While an offer stands, only who made it and administrators change it.
  const mayChange = user !== null && (user.role === "ADMIN" || quote.offeredBy?.id === user.id);
  return (
    <Card title={t.offerTitle}>
      <Stack gap="sm">
        <Offer order={order} />
        {!mayChange && <Text c="dimmed">{t.notYours(quote.offeredBy?.name ?? "")}</Text>}
        {mayChange && !editing && <OfferActions order={order} onEdit={() => setEditing(true)} />}
        {mayChange && editing && <QuoteForm order={order} onDone={() => setEditing(false)} />}
      </Stack>
    </Card>
  );
}

function Offer({ order }: { order: Order }) {
  const t = useWords(work);
  const { quote } = order;
  if (!quote) return null;
  const lines = quote.items.map((item, place) => ({ item, id: `${place}-${item.name}` }));
  return (
    <>
      <dl className={classes.figures}>
        {quote.total && <Fact label={t.quote.total}>{money(quote.total)}</Fact>}
        {quote.validUntil && <Fact label={t.quote.validUntil}>{dateTime(quote.validUntil)}</Fact>}
        {quote.offeredBy && <Fact label={t.quote.by}>{quote.offeredBy.name}</Fact>}
      </dl>
      <ul className={classes.lines}>
        {lines.map(({ item, id }) => (
          <li key={id}>
            <span>{t.times(item.quantity, item.name)}</span>
            <span className="figures">{money(item.unitPrice)}</span>
          </li>
        ))}
      </ul>
      {quote.note && <p className={classes.prose}>{quote.note}</p>}
    </>
  );
}

function OfferActions({ order, onEdit }: { order: Order; onEdit: () => void }) {
  const t = useWords(work).quote;
  const { reload, refused } = useReload(order.id);
  const withdraw = useMutation({
    mutationFn: () => body(api.DELETE("/api/v1/orders/{id}/quote", { params: { path: { id: order.id } } })),
    onSuccess: () => {
      notify.ok(t.withdrawn);
      reload();
      void refetchNow(PATHS.orders);
    },
    onError: refused,
  });
  return (
    <>
      {withdraw.isError && <FailureNote error={withdraw.error} onRetry={() => withdraw.mutate()} />}
      <Group gap="xs">
        <Button variant="default" onClick={onEdit}>
          {t.change}
        </Button>
        <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
          {t.withdraw}
        </Button>
      </Group>
    </>
  );
}
