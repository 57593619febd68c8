import { Button, Group, MultiSelect, Radio, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useAllCategories } from "@/api/categories";
import { $api, api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import type { WorkerEntry, WorkerPatch } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";
import { categoryChoices } from "@/ui/categoryTree";
import { FailureNote } from "@/ui/Failure";
import { number } from "@/ui/format";
import { showErrors } from "@/ui/formErrors";
import { usePeople, WORKER } from "./queries";
import classes from "./WorkerForm.module.css";
import { LIMIT_MAX, type LimitKind, ownLimit, type WorkerDraft, workerDraft, workerPatch } from "./workers";

const LIMITS: LimitKind[] = ["shop", "none", "own"];
/** Most categories that the API takes. */
const CATEGORIES_MAX = 100;

const complaints = ({ limit, own }: WorkerDraft) => {
  const { workers: w } = wordsOf(adminPeople);
  return limit === "own" && ownLimit(own) === null ? { own: w.badLimit(number(LIMIT_MAX)) } : {};
};

type Props = {
  worker: WorkerEntry;
  /** Called with the entry as it was before, after it was changed. */
  onSaved?: (before: WorkerEntry) => void;
  onCancel?: () => void;
};

/** What a worker may claim, and how much at a time. Orders that they have are not affected. */
export function WorkerForm({ worker, onSaved, onCancel }: Props) {
  const t = useWords(common);
  const { workers: w } = useWords(adminPeople);
  const people = usePeople();
  const categories = useAllCategories();
  const settings = $api.useQuery("get", "/api/v1/admin/settings");
  const form = useForm<WorkerDraft>({ initialValues: workerDraft(worker), validate: complaints });
  const change = useMutation({
    mutationFn: (patch: WorkerPatch) => body(api.PATCH(WORKER, { params: { path: { id: worker.id } }, body: patch })),
    onSuccess: (next) => {
      people.showWorker(next);
      form.setValues(workerDraft(next));
      onSaved?.(worker);
    },
    onError: (error) => {
      // What was typed stays; the row beside it shows the new state.
      if (isCode(error, "VERSION_CONFLICT")) void people.reload();
      else showErrors(form, error, { maxOpenOrders: "own" });
    },
  });
  const choices = categoryChoices(categories.data?.items ?? [], w.inactiveCategory);
  const unknown = form.values.categoryIds.filter((id) => !choices.some(({ value }) => value === id));
  const shop = settings.data?.maxOpenOrdersPerWorker;
  const save = (draft: WorkerDraft) => {
    const patch = workerPatch(worker, draft);
    if (patch) change.mutate(patch);
    else onCancel?.();
  };
  return (
    <form noValidate onSubmit={form.onSubmit(save, () => form.getInputNode("own")?.focus())} className={classes.form}>
      <Stack gap="sm">
        {change.isError && <FailureNote error={change.error} />}
        {categories.isError && <FailureNote error={categories.error} onRetry={() => void categories.refetch()} />}
        <MultiSelect
          label={w.categories}
          description={w.categoriesHint}
          placeholder={form.values.categoryIds.length === 0 ? w.allCategories : undefined}
          data={[...choices, ...unknown.map((id) => ({ value: id, label: id }))]}
          searchable
          clearable
          maxValues={CATEGORIES_MAX}
          nothingFoundMessage={t.noMatch}
          {...form.getInputProps("categoryIds")}
        />
        <Radio.Group label={w.limit} description={w.limitHint} {...form.getInputProps("limit")}>
          <Group mt="xs">
            {LIMITS.map((kind) => (
              <Radio key={kind} value={kind} label={kind === "shop" ? w.limitShop(shop) : w.limits[kind]} />
            ))}
          </Group>
        </Radio.Group>
        {form.values.limit === "own" && (
          <TextInput
            label={w.ownLimit}
            inputMode="numeric"
            autoComplete="off"
            className={classes.own}
            {...form.getInputProps("own")}
          />
        )}
        <Group>
          <Button type="submit" loading={change.isPending}>
            {t.save}
          </Button>
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {t.cancel}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
