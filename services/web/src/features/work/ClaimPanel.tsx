import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Order } from "@/api/schema";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { isOutOfPool } from "./claimResults";
import { GoneNote } from "./GoneNote";
import type { Gone } from "./pool";
import { useClaim } from "./useClaim";
import { Workload } from "./Workload";

/** Claims the order that the page shows, as after it was given back by mistake. */
export function ClaimPanel({ order }: { order: Order }) {
  const t = useWords(work);
  const [gone, setGone] = useState<Gone | null>(null);
  const claim = useClaim((event) => event.kind === "gone" && setGone(event.gone));
  return (
    <Card title={t.pool.inPool}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t.preview.hidden}
        </Text>
        <Workload />
        {claim.isError && !isOutOfPool(claim.error) && (
          <FailureNote error={claim.error} onRetry={() => claim.mutate(order)} />
        )}
        <div role="status">{gone && <GoneNote gone={gone} selected={false} orderId={order.id} />}</div>
        {!gone && (
          <Group>
            <Button loading={claim.isPending} onClick={() => claim.mutate(order)}>
              {t.pool.claim}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}
