import { Radio, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Search } from "lucide-react";
import { type Ref, useState } from "react";
import type { WorkerEntry } from "@/api/schema";
import { isFull, useWorkers } from "@/api/workers";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import { Stamp } from "@/ui/Stamp";
import classes from "./WorkerChooser.module.css";
import { byWorkload } from "./workers";

type Props = {
  label: string;
  value: string | null;
  onChange: (id: string, name: string) => void;
  /** Who has the order now: it cannot be given to them again. */
  current?: string | undefined;
  error?: string | undefined;
  /** The search field, for the focus. */
  searchRef?: Ref<HTMLInputElement>;
};

/** Chooses a worker by name and workload: those with the least to do come first. */
export function WorkerChooser({ label, value, onChange, current, error, searchRef }: Props) {
  const t = useWords(adminOrders);
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 250);
  const workers = useWorkers(q);
  if (workers.isError && !workers.data) {
    return <FailureNote error={workers.error} onRetry={() => void workers.refetch()} />;
  }
  const rows = workers.data ? byWorkload(workers.data.items) : undefined;
  const choose = (id: string) => onChange(id, rows?.find((row) => row.id === id)?.name ?? "");
  return (
    <Stack gap="xs">
      <TextInput
        ref={searchRef}
        type="search"
        size="sm"
        aria-label={t.searchWorkers}
        placeholder={t.searchWorkers}
        leftSection={<Search size={16} aria-hidden="true" />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
      />
      <Radio.Group label={label} value={value} onChange={choose} error={error}>
        <Stack gap="xs" className={classes.list}>
          {rows
            ? rows.map((worker) => <Choice key={worker.id} worker={worker} isCurrent={worker.id === current} />)
            : Array.from({ length: 4 }, (_, index) => <Skeleton key={index} height="2.4rem" />)}
        </Stack>
      </Radio.Group>
      {rows?.length === 0 && <NoWorkers searched={q !== ""} />}
      {workers.data?.nextCursor && (
        <Text size="sm" c="dimmed">
          {t.moreWorkers}
        </Text>
      )}
    </Stack>
  );
}

function Choice({ worker, isCurrent }: { worker: WorkerEntry; isCurrent: boolean }) {
  const t = useWords(adminOrders);
  const load = worker.limit > 0 ? t.loadOf(worker.openOrders, worker.limit) : t.load(worker.openOrders);
  const held = worker.onHoldOrders > 0 ? t.ofThemOnHold(worker.onHoldOrders) : null;
  const some = worker.categoryIds.length > 0 ? t.onlyCategories(worker.categoryIds.length) : null;
  return (
    <Radio
      value={worker.id}
      disabled={!worker.active || isCurrent}
      label={
        <span className={classes.name}>
          {worker.name || worker.email}
          {isCurrent && <Stamp tone="working">{t.hasItNow}</Stamp>}
          {!worker.active && <Stamp tone="over">{t.notActive}</Stamp>}
          {worker.active && isFull(worker) && <Stamp tone="held">{t.isFull}</Stamp>}
        </span>
      }
      description={[load, held, some].filter(Boolean).join(" · ")}
    />
  );
}

function NoWorkers({ searched }: { searched: boolean }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  if (searched) return <Text c="dimmed">{c.noMatch}</Text>;
  return (
    <Text c="dimmed">
      {t.noWorkers} <TextLink to="/admin/users">{t.toUsers}</TextLink>
    </Text>
  );
}
