import { type UseFormReturnType, useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { ApiError, isCode } from "@/api/failure";
import { showOrder } from "@/api/orders";
import type { Order, OrderEdit } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { wordsOf } from "@/i18n/language";
import { notify } from "@/ui/notify";
import { editOrder, loadOrder, showChange } from "./changeOrder";
import { type Draft, draftOf, endsOffer, type Field, merge, patchOf } from "./editDraft";
import { complaintsOf, problemsOf } from "./editRules";

export type EditForm = UseFormReturnType<Draft>;

function check(order: Order, draft: Draft): Record<string, string> {
  const words = { ...wordsOf(orders).rules, required: wordsOf(common).required };
  return problemsOf(
    draft,
    words,
    order.items.some(({ productId }) => !productId),
  );
}

/**
 * The form that edits an order. If somebody else changes the order meanwhile, the form follows: what was typed stays, and `clashes` has what
 * the others wrote there. What is saved is a change of the newest known state, so that nothing of theirs is lost.
 */
export function useEditOrder(order: Order, onDone: () => void) {
  const client = useQueryClient();
  const [base, setBase] = useState(order);
  const [clashes, setClashes] = useState<ReadonlyMap<Field, string> | null>(null);
  const form = useForm<Draft>({
    // Other forms of the page have fields of the same names.
    name: "edit-order",
    initialValues: draftOf(order),
    validate: (draft) => check(base, draft),
  });

  const follow = (next: Order) => {
    if (next.version <= base.version) return;
    const merged = merge(draftOf(base), form.getValues(), draftOf(next));
    form.setValues(merged.draft);
    setBase(next);
    setClashes(new Map([...(clashes ?? []), ...merged.clashes]));
  };
  const latest = useEffectEvent(follow);
  useEffect(() => latest(order), [order]);

  const reload = async () => {
    const fresh = await loadOrder(order.id);
    showOrder(fresh, client);
    follow(fresh);
  };
  const complain = (error: unknown) => {
    if (!(error instanceof ApiError)) return;
    const products = Object.entries(form.getValues().quantities).filter(([, typed]) => Number(typed) > 0);
    const complaints = complaintsOf(
      error.details,
      products.map(([id]) => id),
    );
    form.setErrors(complaints);
    const first = Object.keys(complaints)[0];
    if (first) form.getInputNode(first)?.focus();
  };
  const save = useMutation({
    mutationFn: (patch: OrderEdit) => editOrder(base, patch),
    onSuccess: (saved) => {
      showChange(saved, client);
      notify.ok(wordsOf(common).saved);
      onDone();
    },
    onError: async (error) => {
      if (isCode(error, "VERSION_CONFLICT", "ORDER_NOT_EDITABLE")) await reload().catch(() => undefined);
      else complain(error);
    },
  });
  const patch = patchOf(base, form.values);
  return {
    form,
    base,
    clashes,
    patch,
    endsOffer: endsOffer(base, patch),
    isSaving: save.isPending,
    /** A conflict is told by `clashes` instead. */
    error: save.isError && !isCode(save.error, "VERSION_CONFLICT") ? save.error : null,
    submit: form.onSubmit(
      () => (patch ? save.mutate(patch) : onDone()),
      (problems) => {
        const first = Object.keys(problems)[0];
        if (first) form.getInputNode(first)?.focus();
      },
    ),
  };
}
