import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { allCategoriesOptions, CATEGORIES } from "@/api/categories";
import { api, body } from "@/api/client";
import { refetchNow } from "@/api/queryClient";
import type { Category, PageCategory } from "@/api/schema";
import { draftOfCategory, newCategory } from "./categoryDraft";
import { move, placed } from "./categoryTree";
import { useQueue } from "./useQueue";

const ONE = "/api/v1/categories/{id}";

/** All categories, and the changes that need no form. They are shown at once, and made one after the other. */
export function useCategories() {
  const client = useQueryClient();
  const { queryKey } = allCategoriesOptions();
  const query = useQuery(allCategoriesOptions());
  const { run, busy, error } = useQueue();
  /** What the last change is about, for its error. */
  const [subject, setSubject] = useState<Category | null>(null);
  const [removed, setRemoved] = useState<Category | null>(null);

  const now = () => client.getQueryData<PageCategory>(queryKey)?.items ?? [];
  const show = (change: (list: Category[]) => Category[]) =>
    client.setQueryData<PageCategory>(queryKey, (page) => page && { ...page, items: change(page.items) });
  const put = (saved: Category) =>
    show((list) =>
      list.some(({ id }) => id === saved.id)
        ? list.map((one) => (one.id === saved.id ? saved : one))
        : [...list, saved],
    );
  const newest = (category: Category) => now().find(({ id }) => id === category.id) ?? category;
  const change = (category: Category, work: () => Promise<void>) => {
    setSubject(category);
    setRemoved(null);
    void run(async () => {
      try {
        await work();
        void refetchNow(CATEGORIES);
      } catch (failure) {
        // The others' state, after a conflict, and no longer what was shown too early.
        await client.invalidateQueries({ queryKey });
        throw failure;
      }
    });
  };

  return {
    query,
    busy,
    error,
    subject,
    removed,
    /** Shows what a form has saved. */
    saved: (category: Category) => {
      put(category);
      void refetchNow(CATEGORIES);
    },
    move: (category: Category, by: -1 | 1) =>
      change(category, async () => {
        const changed = move(now(), category.id, by);
        show((list) => placed(list, changed));
        for (const { category: one, position } of changed) {
          const params = { path: { id: one.id } };
          put(await body(api.PATCH(ONE, { params, body: { position, version: one.version } })));
        }
      }),
    setActive: (category: Category, active: boolean) =>
      change(category, async () => {
        const params = { path: { id: category.id } };
        const { version } = newest(category);
        put(await body(api.PATCH(ONE, { params, body: { active, version } })));
      }),
    remove: (category: Category) =>
      change(category, async () => {
        const gone = newest(category);
        await api.DELETE(ONE, { params: { path: { id: gone.id } }, body: { version: gone.version } });
        show((list) => list.filter(({ id }) => id !== gone.id));
        setRemoved(gone);
      }),
    /** Nothing was in it, so the same category again takes the deletion back. */
    undo: () => {
      const gone = removed;
      if (!gone) return;
      change(gone, async () => {
        const again = newCategory(draftOfCategory(gone), gone.position);
        put(await body(api.POST(CATEGORIES, { body: again })));
      });
    },
  };
}
