import { Button, Checkbox, Group, NativeSelect, Popover, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useWorkers } from "@/api/workers";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";
import { KINDS, type OrderFilters, QUOTES } from "./filters";
import { countMore, fromDraft, type MoreDraft, moreDraft, moreProblems } from "./moreFilters";

type Props = { filters: OrderFilters; currency: string; onApply: (filters: OrderFilters) => void };

/** The less common filters, applied together. */
export function MoreFilters(props: Props) {
  const t = useWords(adminOrders);
  const [opened, setOpened] = useState(false);
  const count = countMore(props.filters);
  const apply = (filters: OrderFilters) => {
    setOpened(false);
    props.onApply(filters);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      shadow="md"
      width="min(26rem, 92vw)"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          variant={count > 0 ? "light" : "default"}
          leftSection={<SlidersHorizontal size={14} aria-hidden="true" />}
          onClick={() => setOpened(!opened)}
        >
          {count > 0 ? t.moreFiltersSet(count) : t.moreFilters}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.moreFilters}>
        {opened && <MoreFiltersForm {...props} onApply={apply} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function problemTexts(draft: MoreDraft, currency: string) {
  const t = wordsOf(adminOrders);
  const problems = Object.entries(moreProblems(draft, currency));
  const said = { notAmount: t.notAmount, order: t.wrongOrder };
  return Object.fromEntries(problems.map(([field, problem]) => [field, problem ? said[problem] : null]));
}

/** The form of these filters. */
export function MoreFiltersForm({ filters, currency, onApply }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const form = useForm({
    initialValues: moreDraft(filters, currency),
    validate: (draft) => problemTexts(draft, currency),
  });
  const apply = (draft: MoreDraft) => onApply({ ...filters, ...fromDraft(draft, currency) });
  const clear = () => onApply({ ...filters, ...fromDraft(moreDraft({}, currency), currency) });
  const focus = (errors: Record<string, unknown>) => {
    const [first] = Object.keys(errors);
    if (first) form.getInputNode(first)?.focus();
  };
  return (
    <form noValidate onSubmit={form.onSubmit(apply, focus)}>
      <Stack gap="sm">
        <Checkbox.Group label={t.kind} {...form.getInputProps("kind")}>
          <Group mt={4} gap="sm">
            {KINDS.map((kind) => (
              <Checkbox key={kind} value={kind} label={c.kind[kind]} />
            ))}
          </Group>
        </Checkbox.Group>
        <Checkbox.Group label={t.quote} {...form.getInputProps("quote")}>
          <Group mt={4} gap="sm">
            {QUOTES.map((quote) => (
              <Checkbox key={quote} value={quote} label={t.quoteState[quote]} />
            ))}
          </Group>
        </Checkbox.Group>
        <Checkbox label={t.withoutWorker} {...form.getInputProps("unassigned", { type: "checkbox" })} />
        <WorkerSelect disabled={form.values.unassigned} {...form.getInputProps("assigneeId")} />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput type="date" label={t.placedFrom} {...form.getInputProps("from")} />
          <TextInput type="date" label={t.placedTo} {...form.getInputProps("to")} />
          <TextInput inputMode="decimal" label={t.totalFrom(currency)} {...form.getInputProps("minTotal")} />
          <TextInput inputMode="decimal" label={t.totalTo(currency)} {...form.getInputProps("maxTotal")} />
        </SimpleGrid>
        <Group justify="space-between">
          <Button variant="default" onClick={clear}>
            {c.clearFilters}
          </Button>
          <Button type="submit">{t.apply}</Button>
        </Group>
      </Stack>
    </form>
  );
}

type SelectProps = {
  value?: string;
  disabled: boolean;
  onChange?: (event: React.ChangeEvent<HTMLSelectElement>) => void;
};

/** A worker out of all. One that is not among the first hundred stays chosen. */
function WorkerSelect({ value = "", ...rest }: SelectProps) {
  const c = useWords(common);
  const t = useWords(adminOrders);
  const { data } = useWorkers();
  const known = (data?.items ?? []).map((worker) => ({ value: worker.id, label: worker.name || (worker.email ?? "") }));
  const missing = value && !known.some((one) => one.value === value) ? [{ value, label: t.oneWorker }] : [];
  const choices = [{ value: "", label: c.all }, ...missing, ...known];
  return <NativeSelect label={c.worker} data={choices} value={value} {...rest} />;
}
