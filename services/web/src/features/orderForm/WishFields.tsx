import { InputBase, Stack, TextInput } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import type { FormHandle } from "./form";
import classes from "./OrderForm.module.css";
import { lastDay, today } from "./problems";

const LONG = { input: classes.long };

type Props = {
  form: FormHandle;
  /** Nothing is chosen: the words are the order. */
  request: boolean;
  /** Work is ordered. */
  wish: boolean;
};

/** What the customer says about the order. The kit's `Textarea` would bring the code of those that grow. */
export function WishFields({ form, request, wish }: Props) {
  const t = useWords(common);
  const w = useWords(orderForm);
  return (
    <Stack>
      {request && (
        <TextInput
          label={w.title}
          placeholder={w.titleExample}
          maxLength={200}
          required
          {...form.getInputProps("title")}
        />
      )}
      {wish && (
        <>
          <InputBase
            component="textarea"
            multiline
            label={request ? w.describe : `${w.describeWork} (${t.optional})`}
            description={w.describeHint}
            rows={5}
            classNames={LONG}
            maxLength={10_000}
            {...form.getInputProps("description")}
          />
          <TextInput
            label={`${w.wanted} (${t.optional})`}
            type="date"
            min={today()}
            max={lastDay()}
            maw="14rem"
            {...form.getInputProps("wanted")}
          />
        </>
      )}
      <InputBase
        component="textarea"
        multiline
        label={`${w.instructions} (${t.optional})`}
        description={w.instructionsHint}
        rows={2}
        classNames={LONG}
        maxLength={5_000}
        {...form.getInputProps("instructions")}
      />
    </Stack>
  );
}
