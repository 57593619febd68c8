import { Button, Group, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { CATEGORIES } from "@/api/categories";
import { api, body } from "@/api/client";
import type { Category } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { focusFirst } from "@/ui/formErrors";
import { CategoryFields } from "./CategoryFields";
import { type CategoryDraft, emptyCategory, newCategory } from "./categoryDraft";
import { categoryComplaints, showCategoryRefusal } from "./categoryForm";
import { lastPosition } from "./categoryTree";

type Props = {
  categories: Category[];
  /** Where it goes at first; null for the top. */
  parentId: string | null;
  onDone: (category: Category) => void;
  onCancel: () => void;
};

/** Adds a category. */
export function NewCategoryForm({ categories, parentId, onDone, onCancel }: Props) {
  const words = useWords(common);
  const [inPlace, setInPlace] = useState(false);
  const form = useForm<CategoryDraft>({
    initialValues: emptyCategory(parentId),
    validate: (draft) => categoryComplaints(draft, true),
  });
  const create = useMutation({
    mutationFn: (draft: CategoryDraft) => {
      const position = lastPosition(categories, draft.parentId || null);
      return body(api.POST(CATEGORIES, { body: newCategory(draft, position) }));
    },
    onMutate: () => setInPlace(false),
    onError: (error) => setInPlace(showCategoryRefusal(form, error)),
    onSuccess: onDone,
  });
  return (
    <form noValidate onSubmit={form.onSubmit((draft) => create.mutate(draft), focusFirst(form))}>
      <Stack>
        {create.isError && !inPlace && <FailureNote error={create.error} />}
        <CategoryFields form={form} categories={categories} id={null} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {words.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
