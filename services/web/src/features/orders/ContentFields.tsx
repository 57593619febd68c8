import { Textarea, TextInput } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import type { Field } from "./editDraft";
import type { EditForm } from "./useEditOrder";

export type FieldsProps = {
  form: EditForm;
  /** What somebody else has written in a field meanwhile. */
  note: (field: Field) => string | undefined;
};

/** What the order is about, and until when it is wanted. */
export function ContentFields({ form, note }: FieldsProps) {
  const t = useWords(orders);
  const words = useWords(common);
  return (
    <>
      <TextInput label={t.title} maxLength={200} description={note("title")} {...form.getInputProps("title")} />
      <Textarea
        label={words.description}
        maxLength={10_000}
        autosize
        minRows={4}
        maxRows={14}
        description={note("description")}
        {...form.getInputProps("description")}
      />
      <Textarea
        label={t.instructions}
        maxLength={5_000}
        autosize
        minRows={2}
        maxRows={10}
        description={note("specialInstructions")}
        {...form.getInputProps("specialInstructions")}
      />
      <TextInput
        type="date"
        label={t.wantedBy}
        maw="14rem"
        description={note("wanted")}
        {...form.getInputProps("wanted")}
      />
    </>
  );
}
