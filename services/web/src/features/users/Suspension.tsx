import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { $api, api, body } from "@/api/client";
import type { User } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Done } from "@/ui/Done";
import { FailureNote } from "@/ui/Failure";
import { Ago } from "@/ui/Time";
import { AUDIT, usePeople } from "./queries";

/** Longest reason that the API takes. */
const REASON_MAX = 500;

type Act = { kind: "suspend"; reason: string } | { kind: "restore" };

type Props = {
  user: User;
  /** Orders that the account works on. */
  openOrders?: number;
};

/** Locks an account, or opens it again. Nothing of it is lost, so both can be undone. */
export function Suspension({ user, openOrders = 0 }: Props) {
  const { users: w } = useWords(adminPeople);
  const people = usePeople();
  const own = useUser()?.id === user.id;
  const [reason, setReason] = useState("");
  // Undoing a restore suspends for the same reason as before.
  const [last, setLast] = useState("");
  const act = useMutation({
    mutationFn: (next: Act) => {
      const params = { path: { id: user.id } };
      return next.kind === "restore"
        ? body(api.POST("/api/v1/admin/users/{id}/restore", { params }))
        : body(api.POST("/api/v1/admin/users/{id}/suspend", { params, body: { reason: next.reason.trim() || null } }));
    },
    onSuccess: (next, done) => {
      if (done.kind === "suspend") {
        setLast(done.reason);
        setReason("");
      }
      people.showUser(next);
    },
  });
  const suspend = (why: string) => act.mutate({ kind: "suspend", reason: why });
  const restore = (why: string) => {
    setLast(why);
    act.mutate({ kind: "restore" });
  };
  return (
    <Card title={w.access}>
      <Stack>
        {act.isError && <FailureNote error={act.error} />}
        {user.suspended && <Suspended user={user} onRestore={restore} busy={act.isPending} />}
        {!user.suspended && own && <Text>{w.ownSuspension}</Text>}
        {!user.suspended && !own && (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              suspend(reason);
            }}
          >
            <Stack gap="sm">
              <Text size="sm">{w.suspendHint}</Text>
              {openOrders > 0 && <Text size="sm">{w.leavesOrders(openOrders)}</Text>}
              <Textarea
                label={w.suspendReason}
                description={w.suspendReasonHint}
                autosize
                minRows={2}
                maxLength={REASON_MAX}
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
              <Group>
                <Button type="submit" color="red" variant="outline" loading={act.isPending}>
                  {w.suspend}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
        <Done
          message={act.isSuccess ? (user.suspended ? w.suspendDone : w.restoreDone) : null}
          onUndo={() => (user.suspended ? restore(last) : suspend(last))}
        />
      </Stack>
    </Card>
  );
}

type SuspendedProps = { user: User; onRestore: (reason: string) => void; busy: boolean };

/** Since when, by whom and why; the audit log knows it. */
function Suspended({ user, onRestore, busy }: SuspendedProps) {
  const { users: w } = useWords(adminPeople);
  const query = { targetId: user.id, action: "user.suspend", limit: 1 };
  const acts = $api.useQuery("get", AUDIT, { params: { query } });
  const last = acts.data?.items[0];
  const why = last?.after?.reason;
  const reason = typeof why === "string" ? why : "";
  return (
    <Stack gap="sm">
      <Text>{w.isSuspended}</Text>
      {last && (
        <Text size="sm" c="dimmed">
          {w.suspendedBy(last.actor?.name ?? w.platform)} <Ago time={last.at} />
          {reason && (
            <>
              <br />
              {w.suspendedFor(reason)}
            </>
          )}
        </Text>
      )}
      <Group>
        <Button onClick={() => onRestore(reason)} loading={busy}>
          {w.restore}
        </Button>
      </Group>
    </Stack>
  );
}
