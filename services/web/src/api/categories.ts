import { useQuery } from "@tanstack/react-query";
import { $api } from "./client";

export const CATEGORIES = "/api/v1/categories";

/** The query of the categories that customers see. They hardly ever change. */
export function categoriesOptions() {
  return { ...$api.queryOptions("get", CATEGORIES, {}), staleTime: 600_000 };
}

export function useCategories() {
  return useQuery(categoriesOptions());
}

/** The query of all categories, for administrators: inactive ones too. */
export function allCategoriesOptions() {
  return $api.queryOptions("get", CATEGORIES, { params: { query: { includeInactive: true } } });
}

/** All categories, for choices: they may be a few minutes old. */
export function useAllCategories() {
  return useQuery({ ...allCategoriesOptions(), staleTime: 300_000 });
}
