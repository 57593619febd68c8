import { Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import type { Product } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { number } from "@/ui/format";
import { showErrors } from "@/ui/formErrors";
import { type Outcome, outcome, REASONS, type StockMode } from "./stock";
import { useStockChange } from "./useStockChange";

type Values = { mode: StockMode; amount: string; reason: string };

const EMPTY: Values = { mode: "add", amount: "", reason: "" };
const MAX_REASON = 255;

/** Why a change cannot be made, in words; null if it can. */
function complaint(result: Outcome): string | null {
  const t = wordsOf(adminCatalogue);
  if (result.kind === "change") return null;
  if (result.kind === "nothing") return wordsOf(common).required;
  return result.kind === "reserved" ? t.belowReserved(result.reserved) : t.stockProblem[result.kind];
}

/** Changes the units on hand of goods, with a reason, and shows the result before it is sent. */
export function StockForm({ product }: { product: Product }) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const { onHand = 0, reserved = 0 } = product;
  const resultOf = ({ mode, amount }: Values) => outcome(mode, amount, onHand, reserved);
  const [inPlace, setInPlace] = useState(false);
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: (values) => {
      const problem = complaint(resultOf(values));
      return problem ? { amount: problem } : {};
    },
  });
  const adjust = useStockChange(product, () => form.setValues<Values>({ amount: "", reason: "" }));
  const submit = (values: Values) => {
    const result = resultOf(values);
    if (result.kind !== "change") return;
    setInPlace(false);
    const change = { delta: result.delta, reason: values.reason.trim() || null, version: product.version };
    adjust.mutate(change, { onError: (error) => setInPlace(showErrors(form, error, { delta: "amount" })) });
  };
  const result = resultOf(form.values);
  return (
    <form noValidate onSubmit={form.onSubmit(submit, () => form.getInputNode("amount")?.focus())}>
      <Stack gap="sm">
        {adjust.isError && !inPlace && <FailureNote error={adjust.error} />}
        <SegmentedControl
          fullWidth
          aria-label={t.changeBy}
          data={(["add", "remove", "set"] as const).map((value) => ({ value, label: t.stockMode[value] }))}
          value={form.values.mode}
          onChange={(mode) => form.setFieldValue("mode", mode)}
        />
        <TextInput
          label={t.stockAmount[form.values.mode]}
          inputMode="numeric"
          autoComplete="off"
          {...form.getInputProps("amount")}
        />
        <Reasons
          reason={form.values.reason}
          onChoose={(reason, mode) => form.setValues<Values>(form.values.amount ? { reason } : { reason, mode })}
        />
        <TextInput label={words.reason} maxLength={MAX_REASON} {...form.getInputProps("reason")} />
        <Text role="status" size="sm" className="figures">
          {result.kind === "change"
            ? t.stockResult(number(onHand), number(result.onHand), number(result.available))
            : adjust.isSuccess && !form.values.amount && t.stockSaved(number(onHand))}
        </Text>
        <Group justify="flex-end">
          <Button type="submit" loading={adjust.isPending}>
            {t.saveStock}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type ReasonsProps = { reason: string; onChoose: (reason: string, mode: StockMode) => void };

/** The common reasons. As long as no amount is typed, one also chooses the kind of change that it goes with. */
function Reasons({ reason, onChoose }: ReasonsProps) {
  const t = useWords(adminCatalogue);
  return (
    <Group gap="xs">
      {REASONS.map(({ id, mode }) => (
        <Button
          key={id}
          size="compact-sm"
          variant={reason === t.stockReason[id] ? "filled" : "default"}
          aria-pressed={reason === t.stockReason[id]}
          onClick={() => onChoose(t.stockReason[id], mode)}
        >
          {t.stockReason[id]}
        </Button>
      ))}
    </Group>
  );
}
