import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isCode } from "@/api/failure";
import { showOrder } from "@/api/orders";
import type { Order, QuoteItem, QuoteState } from "@/api/schema";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { deadline } from "@/ui/deadline";
import { FailureNote } from "@/ui/Failure";
import { dateTime, money, relative } from "@/ui/format";
import { ButtonLink } from "@/ui/links";
import { Stamp, type Tone } from "@/ui/Stamp";
import { actionsOf, type Viewer } from "./actions";
import { acceptOffer, loadOrder, showChange } from "./changeOrder";
import { LineTable } from "./LineTable";
import classes from "./parts.module.css";

const TONES: Record<QuoteState, Tone> = { REQUESTED: "waiting", OFFERED: "waiting", ACCEPTED: "done", EXPIRED: "over" };

type Props = { order: Order; viewer: Viewer | null; now: number };

/** The price that the shop offers for a request, and the customer's answer. */
export function QuoteCard({ order, viewer, now }: Props) {
  const t = useWords(orders);
  const { quote } = order;
  const { accept, pay } = actionsOf(order, viewer, now);
  if (!quote) return null;
  // The service ends an offer a little later than the clock.
  const ended = quote.state === "OFFERED" && quote.validUntil !== null && Date.parse(quote.validUntil) <= now;
  const state = ended ? "EXPIRED" : quote.state;
  const isOpen = state === "OFFERED" && order.status === "PENDING";
  return (
    <Card title={t.quote} aside={<Stamp tone={TONES[state]}>{t.quoteState[state]}</Stamp>}>
      <Stack gap="sm">
        {quote.items.length > 0 && quote.total && <LineTable lines={quote.items.map(lineOf)} total={quote.total} />}
        {quote.note && <Text className={classes.said}>{quote.note}</Text>}
        {quote.state === "REQUESTED" && <Text>{t.quoteRequested}</Text>}
        {quote.offeredBy && quote.offeredAt && (
          <Text size="sm" c="dimmed">
            {t.offeredBy(quote.offeredBy.name, dateTime(quote.offeredAt))}
          </Text>
        )}
        {isOpen && quote.validUntil && (
          <Text size="sm">
            {t.validUntil(deadline(quote.validUntil, now))} ({relative(quote.validUntil, now) ?? t.inAMoment})
          </Text>
        )}
        {state === "EXPIRED" && <Text>{t.offerEnded}</Text>}
        {quote.acceptedAt && <Text>{t.acceptedAt(dateTime(quote.acceptedAt))}</Text>}
        {accept && <Accept order={order} version={quote.version} amount={quote.total ? money(quote.total) : null} />}
        {pay && (
          <Group>
            <ButtonLink to="/pay/$orderId" params={{ orderId: order.id }}>
              {t.pay(money(order.total))}
            </ButtonLink>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function Accept({ order, version, amount }: { order: Order; version: number; amount: string | null }) {
  const t = useWords(orders);
  const client = useQueryClient();
  // Another offer came while the button was pressed: it has to be read first.
  const [moved, setMoved] = useState(false);
  const attempt = useMutation({
    mutationFn: () => acceptOffer(order.id, version),
    onSuccess: (accepted) => showChange(accepted, client),
    onError: async (error) => {
      setMoved(isCode(error, "VERSION_CONFLICT"));
      if (isCode(error, "VERSION_CONFLICT", "QUOTE_EXPIRED", "QUOTE_NOT_OPEN")) {
        await loadOrder(order.id).then(
          (fresh) => showOrder(fresh, client),
          () => undefined,
        );
      }
    },
  });
  return (
    <Stack gap="sm" align="flex-start">
      {attempt.isError && !moved && <FailureNote error={attempt.error} />}
      {moved && <Text role="alert">{t.otherOffer}</Text>}
      <Button
        loading={attempt.isPending}
        onClick={() => {
          setMoved(false);
          attempt.mutate();
        }}
      >
        {amount ? t.acceptFor(amount) : t.accept}
      </Button>
    </Stack>
  );
}

/** A line of an offer as a line of an order. */
function lineOf({ name, quantity, unitPrice }: QuoteItem) {
  const lineTotal = { ...unitPrice, amount: unitPrice.amount * quantity };
  return { name, quantity, unitPrice, lineTotal, productId: null };
}
