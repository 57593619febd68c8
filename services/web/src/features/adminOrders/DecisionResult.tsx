import { Group, Stack, Text, Textarea } from "@mantine/core";
import type { ChangeRequest, Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { OrderStamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import { RequestStamp } from "./RequestStamp";

type Props = {
  request: ChangeRequest;
  /** The order as it is now. */
  order: Order | null;
  replacement: Order | null;
  /** What was typed here and not sent. */
  unsent: string;
};

/** How a request was decided, by whom, and what became of the order. */
export function DecisionResult({ request, order, replacement, unsent }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <RequestStamp state={request.state} />
        <Text size="sm">
          {request.decidedBy ? t.decidedBy(request.decidedBy.name) : t.decidedByChange}{" "}
          {request.decidedAt && <Ago time={request.decidedAt} />}
        </Text>
      </Group>
      {request.note && (
        <Text size="sm">
          <Text span c="dimmed">
            {c.note}:
          </Text>{" "}
          {request.note}
        </Text>
      )}
      {order && (
        <Group gap="xs">
          <Text size="sm">{t.orderIsNow}</Text>
          <OrderStamp status={order.status} />
        </Group>
      )}
      {replacement && (
        <Text size="sm">
          {t.replacedBy}{" "}
          <TextLink to="/orders/$orderId" params={{ orderId: replacement.id }} className="code">
            {replacement.orderNumber}
          </TextLink>
        </Text>
      )}
      {unsent && <Textarea readOnly autosize label={t.notSent} value={unsent} />}
    </Stack>
  );
}
