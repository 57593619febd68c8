import type { UseFormReturnType } from "@mantine/form";
import { useEffect, useEffectEvent, useState } from "react";
import { type Flat, type Rebased, rebase } from "./rebase";

type Options<T extends { version: number }, D extends Flat<D>> = {
  /** The newest state that is known. */
  latest: T;
  form: UseFormReturnType<D>;
  draftOf: (state: T) => D;
  same?: (field: keyof D, a: string | boolean, b: string | boolean) => boolean;
};

export type Notice<D extends Flat<D>> = Pick<Rebased<D>, "clashes" | "taken">;

/**
 * Keeps a form up to date while others change the same thing: fields that nobody typed into follow, the others are kept, and `notice` says
 * which ones clash. `base` is the state that the typed values are a change of; its version is the one to send.
 */
export function useRebase<T extends { version: number }, D extends Flat<D>>(options: Options<T, D>) {
  const { latest, form, draftOf, same } = options;
  const [base, setBase] = useState(latest);
  const [notice, setNotice] = useState<Notice<D> | null>(null);
  const follow = useEffectEvent((next: T) => {
    if (next.version <= base.version) return;
    const { draft, clashes, taken } = rebase(draftOf(base), draftOf(next), form.getValues(), same);
    setBase(next);
    if (taken.length > 0) form.setValues<D>(draft);
    if (clashes.length + taken.length > 0) setNotice({ clashes, taken });
  });
  useEffect(() => follow(latest), [latest]);
  return {
    base,
    notice,
    /** Whether the form has not followed yet: what clashes is not known. */
    behind: latest.version > base.version,
    /** Puts the others' values into the fields that clash. */
    take(): void {
      const theirs = draftOf(base);
      const values = (notice?.clashes ?? []).map((field) => [field, theirs[field]] as const);
      form.setValues<D>(Object.fromEntries(values) as Partial<D>);
      setNotice(null);
    },
    dismiss: () => setNotice(null),
    /** Continues from what was just saved; what was typed since it was sent stays. */
    settle(saved: T, sent: D): void {
      const [fresh, typed] = [draftOf(saved), form.getValues()];
      const fields = Object.keys(typed) as (keyof D)[];
      const values = fields.map((field) => [field, (typed[field] === sent[field] ? fresh : typed)[field]]);
      setBase(saved);
      form.setValues<D>(Object.fromEntries(values) as D);
      setNotice(null);
    },
  };
}
