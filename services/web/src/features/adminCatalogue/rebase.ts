/** The values of a form, by the names of its fields. */
export type Flat<D> = { [Field in keyof D]: string | boolean };

export type Rebased<D extends Flat<D>> = {
  draft: D;
  /** Changed by both, differently: the typed value is kept. */
  clashes: (keyof D)[];
  /** Changed by others only: their value is taken over. */
  taken: (keyof D)[];
};

/**
 * Brings a form up to date with what others have saved meanwhile, without losing what was typed: `base` is what the form began with,
 * `next` what is saved now. `same` says whether two values of a field mean the same.
 */
export function rebase<D extends Flat<D>>(
  base: D,
  next: D,
  typed: D,
  same: (field: keyof D, a: string | boolean, b: string | boolean) => boolean = (_, a, b) => a === b,
): Rebased<D> {
  const draft = { ...typed };
  const clashes: (keyof D)[] = [];
  const taken: (keyof D)[] = [];
  for (const field of Object.keys(typed) as (keyof D)[]) {
    if (same(field, base[field], next[field]) || same(field, typed[field], next[field])) continue;
    if (same(field, typed[field], base[field])) {
      draft[field] = next[field];
      taken.push(field);
    } else {
      clashes.push(field);
    }
  }
  return { draft, clashes, taken };
}
