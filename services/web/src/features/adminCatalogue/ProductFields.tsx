import { NativeSelect, Select, SimpleGrid, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { allCategoriesOptions } from "@/api/categories";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { categoryChoices } from "@/ui/categoryTree";
import { majorUnits } from "@/ui/format";
import { type Draft, LIMITS } from "./productDraft";

type Props = {
  form: UseFormReturnType<Draft>;
  currency: string;
  /** The shop's threshold, which counts where a product has none. */
  threshold: number | undefined;
  isNew?: boolean;
};

/** The fields of a product: for a new one also its kind, its opening stock, and whether it is on sale at once. */
export function ProductFields({ form, currency, threshold, isNew = false }: Props) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const goods = form.values.kind === "GOODS";
  return (
    <Stack>
      <TextInput label={words.name} required maxLength={LIMITS.name} {...form.getInputProps("name")} />
      <Textarea
        label={words.description}
        autosize
        minRows={3}
        maxRows={16}
        maxLength={LIMITS.description}
        {...form.getInputProps("description")}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {isNew && (
          <NativeSelect
            label={t.kind}
            description={t.kindHint}
            inputWrapperOrder={["label", "input", "description", "error"]}
            data={(["GOODS", "SERVICE"] as const).map((value) => ({ value, label: words.kind[value] }))}
            {...form.getInputProps("kind")}
          />
        )}
        <TextInput
          label={words.price}
          description={t.priceHint(majorUnits({ amount: 1999, currency }))}
          inputWrapperOrder={["label", "input", "description", "error"]}
          required
          inputMode="decimal"
          rightSection={<Text size="sm">{currency}</Text>}
          rightSectionWidth="3.25rem"
          {...form.getInputProps("price")}
        />
        <TextInput
          label={t.sku}
          description={isNew ? t.skuHint : undefined}
          inputWrapperOrder={["label", "input", "description", "error"]}
          required={!isNew}
          maxLength={LIMITS.sku}
          spellCheck={false}
          {...form.getInputProps("sku")}
        />
        <CategoryField form={form} />
        {goods && isNew && (
          <TextInput label={t.openingStock} inputMode="numeric" placeholder="0" {...form.getInputProps("stock")} />
        )}
        {goods && (
          <TextInput
            label={t.threshold}
            description={t.thresholdHint}
            inputWrapperOrder={["label", "input", "description", "error"]}
            inputMode="numeric"
            placeholder={threshold === undefined ? undefined : t.shopThreshold(threshold)}
            {...form.getInputProps("threshold")}
          />
        )}
      </SimpleGrid>
      {isNew && (
        <Switch
          label={t.sellAtOnce}
          description={t.draftHint}
          {...form.getInputProps("active", { type: "checkbox" })}
        />
      )}
    </Stack>
  );
}

function CategoryField({ form }: Pick<Props, "form">) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const categories = useQuery(allCategoriesOptions());
  const { error, onChange: _, value: __, ...rest } = form.getInputProps("categoryId");
  return (
    <Select
      {...rest}
      label={t.category}
      placeholder={categories.isPending ? words.loading : t.noCategory}
      data={categoryChoices(categories.data?.items ?? [], t.inactive)}
      value={form.values.categoryId || null}
      onChange={(id) => form.setFieldValue("categoryId", id ?? "")}
      error={error ?? (categories.isError && t.categoriesFailed)}
      nothingFoundMessage={words.noMatch}
      clearButtonProps={{ "aria-label": t.noCategory }}
      limit={100}
      searchable
      clearable
    />
  );
}
