import { $api } from "@/api/client";
import type { Category } from "@/api/schema";

export type CategoryOption = { value: string; label: string };

/** Categories as a list in which subcategories stand below theirs, indented. */
export function categoryOptions(categories: readonly Category[]): CategoryOption[] {
  const below = (parentId: string | null, depth: number): CategoryOption[] =>
    categories
      .filter((category) => category.parentId === parentId)
      .flatMap((category) => [
        { value: category.slug, label: `${"– ".repeat(depth)}${category.name}` },
        ...below(category.id, depth + 1),
      ]);
  return below(null, 0);
}

/** The categories to filter by. */
export function useCategories(): CategoryOption[] {
  const { data } = $api.useQuery("get", "/api/v1/categories", {}, { staleTime: 600_000 });
  return data ? categoryOptions(data.items) : [];
}
