import { Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { Category } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { categoryChoices } from "@/ui/categoryTree";
import { CATEGORY_LIMITS, type CategoryDraft } from "./categoryDraft";
import { possibleParents } from "./categoryTree";

type Props = {
  form: UseFormReturnType<CategoryDraft>;
  categories: Category[];
  /** The category that is changed; null for a new one. */
  id: string | null;
};

/** The fields of a category. Only parents that leave the tree a tree can be chosen. */
export function CategoryFields({ form, categories, id }: Props) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const possible = new Set(possibleParents(categories, id).map((category) => category.id));
  const parents = categoryChoices(categories, t.inactive).filter(({ value }) => possible.has(value));
  const { onChange: _, value: __, ...parent } = form.getInputProps("parentId");
  return (
    <Stack>
      <TextInput
        label={words.name}
        required
        data-autofocus
        maxLength={CATEGORY_LIMITS.name}
        {...form.getInputProps("name")}
      />
      <Select
        {...parent}
        label={t.parent}
        placeholder={t.topLevel}
        data={parents}
        value={form.values.parentId || null}
        onChange={(chosen) => form.setFieldValue("parentId", chosen ?? "")}
        nothingFoundMessage={words.noMatch}
        clearButtonProps={{ "aria-label": t.topLevel }}
        limit={100}
        searchable
        clearable
      />
      <TextInput
        label={t.slug}
        description={t.slugHint}
        inputWrapperOrder={["label", "input", "description", "error"]}
        placeholder={id ? undefined : t.slugMade}
        required={id !== null}
        maxLength={CATEGORY_LIMITS.slug}
        spellCheck={false}
        {...form.getInputProps("slug")}
      />
      <Textarea
        label={words.description}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={CATEGORY_LIMITS.description}
        {...form.getInputProps("description")}
      />
      <Switch
        label={t.categoryActive}
        description={t.categoryActiveHint}
        {...form.getInputProps("active", { type: "checkbox" })}
      />
    </Stack>
  );
}
