import type { Category, CategoryPatch, NewCategory } from "@/api/schema";
import { lastPosition } from "./categoryTree";

/** A category as it is typed. */
export type CategoryDraft = {
  name: string;
  /** Empty for a new one: made from the name. */
  slug: string;
  description: string;
  /** Empty: at the top. */
  parentId: string;
  active: boolean;
};

/** Limits of the API. */
export const CATEGORY_LIMITS = { name: 100, slug: 100, description: 2_000 };

export function draftOfCategory({ name, slug, description, parentId, active }: Category): CategoryDraft {
  return { name, slug, description, parentId: parentId ?? "", active };
}

export function emptyCategory(parentId: string | null): CategoryDraft {
  return { name: "", slug: "", description: "", parentId: parentId ?? "", active: true };
}

export type CategoryProblem = "required" | "slug";

/** Whether the API takes it: small letters and digits of any alphabet, with hyphens between them. */
function isSlug(text: string): boolean {
  return /^[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?$/u.test(text) && text === text.toLowerCase();
}

/** What is wrong with a draft, by its fields. */
export function categoryProblems(
  draft: CategoryDraft,
  isNew: boolean,
): Partial<Record<keyof CategoryDraft, CategoryProblem>> {
  const found: Partial<Record<keyof CategoryDraft, CategoryProblem>> = {};
  if (!draft.name.trim()) found.name = "required";
  const slug = draft.slug.trim();
  if (!slug && !isNew) found.slug = "required";
  if (slug && !isSlug(slug)) found.slug = "slug";
  return found;
}

/** The request for a new category, behind its siblings. */
export function newCategory(draft: CategoryDraft, position: number): NewCategory {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    parentId: draft.parentId || null,
    position,
    active: draft.active,
    ...(draft.slug.trim() && { slug: draft.slug.trim() }),
  };
}

/** The fields that the draft changes, and nothing else. A category with another parent goes behind its new siblings. */
export function categoryPatch(base: Category, draft: CategoryDraft, categories: Category[]): CategoryPatch {
  const was = draftOfCategory(base);
  const patch: CategoryPatch = {};
  for (const field of ["name", "slug", "description"] as const) {
    if (draft[field].trim() !== was[field]) patch[field] = draft[field].trim();
  }
  if (draft.active !== was.active) patch.active = draft.active;
  if (draft.parentId !== was.parentId) {
    patch.parentId = draft.parentId || null;
    patch.position = lastPosition(categories, patch.parentId);
  }
  return patch;
}
