import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Pencil, UserX } from "lucide-react";
import { useRef, useState } from "react";
import { api, body } from "@/api/client";
import type { WorkerEntry } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Done } from "@/ui/Done";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import { Stamp } from "@/ui/Stamp";
import { usePeople, WORKER } from "./queries";
import { WorkerForm } from "./WorkerForm";
import classes from "./WorkerRow.module.css";
import { Workload } from "./Workload";
import { type Choice, categoryNames, workerDraft, workerPatch } from "./workers";

type Props = { worker: WorkerEntry; choices: Choice[] };

/** A worker in the list, edited in place. */
export function WorkerRow({ worker, choices }: Props) {
  const t = useWords(common);
  const { workers: w } = useWords(adminPeople);
  const people = usePeople();
  const [editing, setEditing] = useState(false);
  const [before, setBefore] = useState<WorkerEntry | null>(null);
  const edit = useRef<HTMLButtonElement>(null);
  const undo = useMutation({
    mutationFn: (was: WorkerEntry) => {
      const patch = workerPatch(worker, workerDraft(was)) ?? {};
      return body(api.PATCH(WORKER, { params: { path: { id: worker.id } }, body: patch }));
    },
    onSuccess: (next) => {
      setBefore(null);
      people.showWorker(next);
    },
    onError: () => void people.reload(),
  });
  const close = () => {
    setEditing(false);
    // The keyboard goes on where it was.
    edit.current?.focus();
  };
  const names = categoryNames(worker.categoryIds, choices);
  return (
    <li className={classes.row}>
      <div className={classes.line}>
        <div className={classes.who}>
          <TextLink to="/admin/users/$userId" params={{ userId: worker.id }}>
            {worker.name}
          </TextLink>{" "}
          {!worker.active && (
            <Stamp tone="over" icon={UserX}>
              {w.inactive}
            </Stamp>
          )}
          <div className={classes.soft}>{worker.email}</div>
          {!worker.active && worker.openOrders > 0 && <div className={classes.soft}>{w.inactiveHint}</div>}
        </div>
        <Workload worker={worker} />
        <div>
          {names.length === 0 ? w.allCategories : names.join(", ")}
          <div className={classes.soft}>{w.limitIs(worker.maxOpenOrders, worker.limit)}</div>
        </div>
        <Button
          ref={edit}
          variant="default"
          size="xs"
          leftSection={<Pencil size={14} aria-hidden="true" />}
          aria-expanded={editing}
          aria-label={`${t.edit}: ${worker.name}`}
          onClick={() => setEditing(!editing)}
        >
          {t.edit}
        </Button>
      </div>
      {undo.isError && <FailureNote error={undo.error} />}
      <Done message={before && w.changed(worker.name)} onUndo={before ? () => undo.mutate(before) : undefined} />
      {editing && (
        <div className={classes.edit}>
          <WorkerForm
            worker={worker}
            onCancel={close}
            onSaved={(was) => {
              setBefore(was);
              close();
            }}
          />
        </div>
      )}
    </li>
  );
}
