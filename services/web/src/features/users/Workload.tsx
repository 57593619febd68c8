import { Progress } from "@mantine/core";
import type { WorkerEntry } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import classes from "./WorkerRow.module.css";
import { load } from "./workers";

/** How much a worker has in hand: in words, and as a bar if there is a limit. */
export function Workload({ worker }: { worker: WorkerEntry }) {
  const { workers: w } = useWords(adminPeople);
  const share = load(worker);
  const open = share ? w.openOf(worker.openOrders, worker.limit) : w.open(worker.openOrders);
  return (
    <div>
      <div>
        {worker.openOrders === 0 ? (
          open
        ) : (
          <TextLink to="/admin/orders" search={{ assigneeId: worker.id, status: ["IN_PROGRESS", "ON_HOLD"] }}>
            {open}
          </TextLink>
        )}
      </div>
      {share && (
        // The words above say the same.
        <Progress value={share.percent} size="sm" my={4} color={share.full ? "red" : undefined} aria-hidden="true" />
      )}
      <div className={classes.soft}>
        {share?.full && `${w.full} · `}
        {w.onHold(worker.onHoldOrders)} · {w.completed(worker.completedOrders)}
      </div>
    </div>
  );
}
