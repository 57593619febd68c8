import { Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { isCode } from "@/api/failure";
import { FailureNote } from "@/ui/Failure";
import { type Change, ConflictNote } from "./ConflictNote";
import type { Flat } from "./rebase";
import type { Notice } from "./useRebase";

type Props<D extends Flat<D>> = {
  state: { notice: Notice<D> | null; behind: boolean; take: () => void; dismiss: () => void };
  save: { error: unknown; reset: () => void };
  /** Whether the refusal is shown at the fields. */
  inPlace: boolean;
  /** The values of fields as text. */
  changes: (fields: (keyof D)[]) => Change[];
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void;
  children: ReactNode;
};

/** A form that shows what others save meanwhile, and never overwrites it unasked. */
export function ConflictForm<D extends Flat<D>>({ state, save, inPlace, changes, onSubmit, children }: Props<D>) {
  const { notice } = state;
  const clashes = notice?.clashes ?? [];
  const settled = (act: () => void) => () => {
    act();
    save.reset();
  };
  // One note for a conflict: the one that says what clashes, which comes a moment later.
  const told = isCode(save.error, "VERSION_CONFLICT") && (notice || state.behind);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        // Enter in a field must not overwrite what others saved.
        if (clashes.length === 0) return onSubmit(event);
        event.preventDefault();
      }}
    >
      <Stack>
        {notice && (
          <ConflictNote
            clashes={changes(clashes)}
            taken={changes(notice.taken)}
            onTake={settled(state.take)}
            onOverwrite={() => {
              state.dismiss();
              onSubmit();
            }}
            onClose={settled(state.dismiss)}
          />
        )}
        {Boolean(save.error) && !inPlace && !told && <FailureNote error={save.error} />}
        {children}
      </Stack>
    </form>
  );
}
