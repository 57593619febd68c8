import { Button, Skeleton, Stack, Text, VisuallyHidden } from "@mantine/core";
import type { Progress } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { tracker } from "@/i18n/en/tracker";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { percent } from "@/ui/format";
import { Ago } from "@/ui/Time";
import { PercentBar } from "./PercentBar";
import classes from "./ProgressSteps.module.css";
import { useProgress } from "./useProgress";

/** The steps of the work that were reported, newest first, with how much is done. */
export function ProgressSteps({ orderId }: { orderId: string }) {
  const t = useWords(tracker);
  const words = useWords(common);
  const progress = useProgress(orderId, 20);
  const { steps } = progress;
  if (progress.error) return <FailureNote error={progress.error} onRetry={progress.reload} />;
  if (!steps) {
    return (
      <Stack gap="sm" aria-busy="true">
        <Skeleton height="0.6rem" />
        <Skeleton height="2.5rem" />
        <Skeleton height="2.5rem" />
      </Stack>
    );
  }
  const latest = steps[0];
  if (!latest) {
    return (
      <>
        <Text>{t.noProgress}</Text>
        <Text size="sm" c="dimmed">
          {t.noProgressHint}
        </Text>
      </>
    );
  }
  return (
    <>
      <VisuallyHidden role="status">{t.latest(latest.step)}</VisuallyHidden>
      {progress.percent !== null && <PercentBar percent={progress.percent} label={t.progress} />}
      <ol className={classes.steps}>
        {steps.map((step) => (
          <Step key={step.id} step={step} />
        ))}
      </ol>
      {progress.more && (
        <Button variant="subtle" size="xs" mt="sm" loading={progress.isLoadingMore} onClick={progress.more}>
          {words.showMore}
        </Button>
      )}
    </>
  );
}

function Step({ step }: { step: Progress }) {
  return (
    <li className={classes.step}>
      <span className={classes.head}>
        <span className={classes.name}>{step.step}</span>
        {step.percent !== null && <span className={classes.percent}>{percent(step.percent / 100)}</span>}
      </span>
      {step.note && <span className={classes.note}>{step.note}</span>}
      <span className={classes.meta}>
        {step.author && `${step.author.name} · `}
        <Ago time={step.createdAt} />
      </span>
    </li>
  );
}
