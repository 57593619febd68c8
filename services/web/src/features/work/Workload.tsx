import { Skeleton, Text } from "@mantine/core";
import { isFull } from "@/api/workers";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { Bar } from "./Bar";
import { useWorkload } from "./useWorkload";
import classes from "./Work.module.css";

/** How many orders the worker has of how many they may have, and what a full plate means. */
export function Workload() {
  const t = useWords(work).load;
  const { data, error, refetch } = useWorkload();
  if (error && !data) return <FailureNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height="2.6rem" />;
  const full = isFull(data);
  return (
    <div className={classes.load}>
      <Text size="sm" fw={full ? 600 : undefined}>
        {data.limit > 0 ? t.openOf(data.openOrders, data.limit) : t.open(data.openOrders)}
      </Text>
      {data.limit > 0 && <Bar value={data.openOrders} of={data.limit} full={full} />}
      {full && (
        <Text size="sm" c="dimmed">
          {t.full}
        </Text>
      )}
    </div>
  );
}
