import { Button, Group } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { allCategoriesOptions } from "@/api/categories";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import type { Category } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { focusFirst } from "@/ui/formErrors";
import { CategoryFields } from "./CategoryFields";
import { ConflictForm } from "./ConflictForm";
import type { Change } from "./ConflictNote";
import { type CategoryDraft, categoryPatch, draftOfCategory } from "./categoryDraft";
import { categoryComplaints, showCategoryRefusal } from "./categoryForm";
import { useRebase } from "./useRebase";

type Props = {
  category: Category;
  categories: Category[];
  onDone: (category: Category) => void;
  onCancel: () => void;
};

/** Changes a category, also where it is. What others save meanwhile is shown, and never overwrites what is typed here. */
export function EditCategoryForm({ category, categories, onDone, onCancel }: Props) {
  const words = useWords(common);
  const client = useQueryClient();
  const [inPlace, setInPlace] = useState(false);
  const form = useForm<CategoryDraft>({
    initialValues: draftOfCategory(category),
    validate: (draft) => categoryComplaints(draft, false),
  });
  const state = useRebase({ latest: category, form, draftOf: draftOfCategory });
  const changes = useChanges(state.base, form.values, categories);
  const unchanged = Object.keys(categoryPatch(state.base, form.values, categories)).length === 0;
  const save = useMutation({
    mutationFn: (draft: CategoryDraft) =>
      body(
        api.PATCH("/api/v1/categories/{id}", {
          params: { path: { id: category.id } },
          body: { ...categoryPatch(state.base, draft, categories), version: state.base.version },
        }),
      ),
    onMutate: () => setInPlace(false),
    onError: async (error) => {
      setInPlace(showCategoryRefusal(form, error));
      if (isCode(error, "VERSION_CONFLICT")) {
        await client.invalidateQueries({ queryKey: allCategoriesOptions().queryKey });
      }
    },
    onSuccess: onDone,
  });
  const submit = form.onSubmit((draft) => save.mutate(draft), focusFirst(form));
  const clashing = Boolean(state.notice?.clashes.length);
  return (
    <ConflictForm state={state} save={save} inPlace={inPlace} changes={changes} onSubmit={submit}>
      <CategoryFields form={form} categories={categories} id={category.id} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          {words.cancel}
        </Button>
        <Button type="submit" loading={save.isPending} disabled={unchanged || clashing}>
          {words.save}
        </Button>
      </Group>
    </ConflictForm>
  );
}

/** The values of fields as text, for the note on a conflict. */
function useChanges(base: Category, mine: CategoryDraft, categories: Category[]) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const labels: Record<keyof CategoryDraft, string> = {
    name: words.name,
    slug: t.slug,
    description: words.description,
    parentId: t.parent,
    active: words.status,
  };
  const text = (field: keyof CategoryDraft, draft: CategoryDraft): string => {
    if (field === "active") return draft.active ? t.active : t.inactive;
    if (field !== "parentId") return draft[field];
    return categories.find(({ id }) => id === draft.parentId)?.name ?? t.topLevel;
  };
  const theirs = draftOfCategory(base);
  return (fields: (keyof CategoryDraft)[]): Change[] =>
    fields.map((field) => ({ label: labels[field], mine: text(field, mine), theirs: text(field, theirs) }));
}
