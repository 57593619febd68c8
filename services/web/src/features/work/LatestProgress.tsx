import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { useLive } from "@/live/useLive";
import { percent } from "@/ui/format";
import { Bar } from "./Bar";
import classes from "./Work.module.css";

/** The newest progress step of an order. */
export function useLatestProgress(orderId: string) {
  const init = { params: { path: { id: orderId }, query: { limit: 1 } } };
  const { data } = $api.useQuery("get", OF_ORDER.progress, init, { staleTime: 300_000 });
  useLive("order:progress", (step) => {
    if (step.orderId === orderId) refetchSoon(OF_ORDER.progress);
  });
  return data?.items[0];
}

/** How far an order is, as its worker reported it last. */
export function LatestProgress({ orderId }: { orderId: string }) {
  const t = useWords(work).mine;
  const step = useLatestProgress(orderId);
  if (!step) return null;
  return (
    <div className={classes.step}>
      <span>
        {step.step}
        {step.percent !== null && ` · ${t.done(percent(step.percent / 100))}`}
      </span>
      {step.percent !== null && <Bar value={step.percent} of={100} />}
    </div>
  );
}
