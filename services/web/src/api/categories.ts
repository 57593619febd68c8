import { useQuery } from "@tanstack/react-query";
import { $api } from "./client";

export const CATEGORIES = "/api/v1/categories";

/** The categories that customers see. They hardly ever change. */
export function useCategories() {
  return $api.useQuery("get", CATEGORIES, {}, { staleTime: 600_000 });
}

/** The query of all categories, for administrators: inactive ones too. */
export function allCategoriesOptions() {
  return $api.queryOptions("get", CATEGORIES, { params: { query: { includeInactive: true } } });
}

/** All categories, for choices: they may be a few minutes old. */
export function useAllCategories() {
  return useQuery({ ...allCategoriesOptions(), staleTime: 300_000 });
}
