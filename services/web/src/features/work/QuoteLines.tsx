import { ActionIcon, Button, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { Plus, Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { emptyLine, MOST_UNITS, type QuoteDraft } from "./quoteDraft";
import classes from "./Work.module.css";

const MOST_LINES = 100;

type Props = { form: UseFormReturnType<QuoteDraft>; currency: string };

/** The lines of an offer. */
export function QuoteLines({ form, currency }: Props) {
  const c = useWords(common);
  const t = useWords(work).quote;
  const { lines } = form.values;
  const count = useRef(lines.length);
  // The new line is where the typing goes on.
  useEffect(() => {
    if (lines.length > count.current) form.getInputNode(`lines.${lines.length - 1}.name`)?.focus();
    count.current = lines.length;
  }, [lines.length, form.getInputNode]);
  return (
    <div className={classes.offerLines}>
      {lines.map((line, index) => (
        <fieldset key={line.id} aria-label={t.line(index + 1)} className={classes.offerLine}>
          <TextInput label={t.what} required maxLength={200} {...form.getInputProps(`lines.${index}.name`)} />
          <NativeSelect
            label={t.kind}
            data={[
              { value: "SERVICE", label: c.kind.SERVICE },
              { value: "GOODS", label: c.kind.GOODS },
            ]}
            {...form.getInputProps(`lines.${index}.kind`)}
          />
          <NumberInput
            label={c.quantity}
            required
            min={1}
            max={MOST_UNITS}
            allowDecimal={false}
            {...form.getInputProps(`lines.${index}.quantity`)}
          />
          <TextInput
            label={t.unitPrice}
            required
            inputMode="decimal"
            rightSection={currency}
            rightSectionWidth="3.5rem"
            {...form.getInputProps(`lines.${index}.price`)}
          />
          <ActionIcon
            className={classes.remove}
            variant="default"
            size="lg"
            aria-label={t.removeLine(index + 1)}
            disabled={lines.length === 1}
            onClick={() => form.removeListItem("lines", index)}
          >
            <Trash2 size={16} aria-hidden="true" />
          </ActionIcon>
        </fieldset>
      ))}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={14} aria-hidden="true" />}
          disabled={lines.length >= MOST_LINES}
          onClick={() => form.insertListItem("lines", emptyLine())}
        >
          {t.addLine}
        </Button>
      </div>
    </div>
  );
}
