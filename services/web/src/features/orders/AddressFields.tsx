import { Fieldset, NativeSelect, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { countries } from "@/ui/countries";
import type { FieldsProps } from "./ContentFields";

/** Where it is delivered. Browsers fill it in. */
export function AddressFields({ form, note }: FieldsProps) {
  const t = useWords(orders);
  const words = useWords(common);
  const places = countries().map(({ code, name }) => ({ value: code, label: name }));
  const field = (name: "name" | "line1" | "line2" | "postalCode" | "city" | "region" | "country") => ({
    description: note(name),
    ...form.getInputProps(name),
  });
  return (
    <Fieldset legend={`${t.address} (${words.optional})`}>
      <Stack gap="sm">
        <TextInput label={t.recipient} autoComplete="shipping name" maxLength={200} {...field("name")} />
        <TextInput label={t.line1} autoComplete="shipping address-line1" maxLength={200} {...field("line1")} />
        <TextInput label={t.line2} autoComplete="shipping address-line2" maxLength={200} {...field("line2")} />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
          <TextInput label={t.postalCode} autoComplete="shipping postal-code" maxLength={20} {...field("postalCode")} />
          <TextInput label={t.city} autoComplete="shipping address-level2" maxLength={100} {...field("city")} />
          <TextInput label={t.region} autoComplete="shipping address-level1" maxLength={100} {...field("region")} />
          <NativeSelect
            label={t.country}
            autoComplete="shipping country"
            data={[{ value: "", label: "–" }, ...places]}
            {...field("country")}
          />
        </SimpleGrid>
      </Stack>
    </Fieldset>
  );
}
