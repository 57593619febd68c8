import { Alert, Group, Stack, Text } from "@mantine/core";
import { Ban, CheckCheck, CircleDashed, Clock, type LucideIcon } from "lucide-react";
import type { Order } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { ButtonLink } from "@/ui/links";
import type { PayState } from "./payState";

type Kind = Exclude<PayState["kind"], "due">;

const LOOK: Record<Kind, [icon: LucideIcon, color: string]> = {
  confirming: [CircleDashed, "carbon"],
  paid: [CheckCheck, "green"],
  nothing: [CheckCheck, "green"],
  unpriced: [CircleDashed, "carbon"],
  refunded: [Ban, "gray"],
  cancelled: [Ban, "gray"],
  expired: [Clock, "yellow"],
};

type Props = { order: Order; state: Exclude<PayState, { kind: "due" }> };

/** Why there is nothing to pay, and where to go instead. */
export function NotPayable({ order, state }: Props) {
  const w = useWords(checkout);
  const user = useUser();
  const [Icon, color] = LOOK[state.kind];
  const text = state.kind === "unpriced" && state.offered ? w.notPayable.offered : w.notPayable[state.kind];
  const over = state.kind === "cancelled" || state.kind === "expired" || state.kind === "refunded";
  return (
    <Stack gap="sm">
      <Alert role="status" color={color} variant="light" icon={<Icon />} title={text.title}>
        <Text size="sm">{text.hint}</Text>
      </Alert>
      <Group>
        {user ? (
          <ButtonLink to="/orders/$orderId" params={{ orderId: order.id }} variant="default">
            {w.toOrder}
          </ButtonLink>
        ) : (
          <ButtonLink to="/track/$orderId" params={{ orderId: order.id }} variant="default">
            {w.toOrder}
          </ButtonLink>
        )}
        {over && <ButtonLink to="/products">{w.orderAgain}</ButtonLink>}
      </Group>
    </Stack>
  );
}
