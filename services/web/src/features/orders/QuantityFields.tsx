import { Fieldset, Stack, Text, TextInput } from "@mantine/core";
import type { Order } from "@/api/schema";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import type { FieldsProps } from "./ContentFields";

/** How many of each product. Lines of an offer are not among them: they are made to order. */
export function QuantityFields({ form, order, note }: FieldsProps & { order: Order }) {
  const t = useWords(orders);
  const products = Object.keys(form.values.quantities);
  if (products.length === 0) return null;
  const nameOf = (id: string) => order.items.find(({ productId }) => productId === id)?.name ?? id;
  return (
    <Fieldset legend={t.quantities}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t.quantitiesHint}
        </Text>
        {products.map((id) => (
          <TextInput
            key={id}
            type="number"
            inputMode="numeric"
            min={0}
            step={1}
            maw="14rem"
            label={nameOf(id)}
            description={note(`quantities.${id}`)}
            {...form.getInputProps(`quantities.${id}`)}
          />
        ))}
      </Stack>
    </Fieldset>
  );
}
