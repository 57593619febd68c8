import { Alert, Button, Group, Radio, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import type { Role, User } from "@/api/schema";
import { session } from "@/api/session";
import { useUser } from "@/api/useSession";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Done } from "@/ui/Done";
import { FailureNote } from "@/ui/Failure";
import { nameOf } from "@/ui/names";
import { USER_ROLE, usePeople } from "./queries";

const ROLES: Role[] = ["CUSTOMER", "STAFF", "ADMIN"];

type Props = {
  user: User;
  /** Orders that the account works on. */
  openOrders?: number;
  /** Called after administrators took their own rights away. */
  onLeft?: () => void;
};

/** Gives an account another role. What a role may do is said beside it. */
export function RoleForm({ user, openOrders = 0, onLeft }: Props) {
  const t = useWords(common);
  const { users: w } = useWords(adminPeople);
  const people = usePeople();
  const own = useUser()?.id === user.id;
  // Null follows the account, which somebody else may change meanwhile.
  const [picked, setPicked] = useState<Role | null>(null);
  const [before, setBefore] = useState<Role | null>(null);
  const role = picked ?? user.role;
  const change = useMutation({
    mutationFn: (next: Role) =>
      body(api.PATCH(USER_ROLE, { params: { path: { id: user.id } }, body: { role: next, version: user.version } })),
    onSuccess: (next) => {
      setBefore(user.role);
      setPicked(null);
      if (own) session.show(next);
      if (own && next.role !== "ADMIN") onLeft?.();
      else people.showUser(next);
    },
    onError: (error) => {
      if (isCode(error, "VERSION_CONFLICT")) void people.reload();
    },
  });
  const leavesOrders = user.role === "STAFF" && role !== "STAFF" && openOrders > 0;
  return (
    <Card title={w.role}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (role !== user.role) change.mutate(role);
        }}
      >
        <Stack>
          {change.isError && <FailureNote error={change.error} />}
          <Radio.Group label={w.pickRole} value={role} onChange={(next) => setPicked(next as Role)}>
            <Stack gap="sm" mt="xs">
              {ROLES.map((one) => (
                <Radio key={one} value={one} label={t.role[one]} description={w.may[one]} />
              ))}
            </Stack>
          </Radio.Group>
          {own && role !== "ADMIN" && <Warning>{w.ownRole}</Warning>}
          {leavesOrders && <Warning>{w.leavesOrders(openOrders)}</Warning>}
          <Group>
            <Button type="submit" disabled={role === user.role} loading={change.isPending}>
              {w.changeRole}
            </Button>
            {picked && picked !== user.role && (
              <Button variant="default" onClick={() => setPicked(null)}>
                {t.cancel}
              </Button>
            )}
          </Group>
          <Done
            message={change.isSuccess ? w.roleChanged(nameOf(user), t.role[user.role]) : null}
            onUndo={before && before !== user.role ? () => change.mutate(before) : undefined}
          />
        </Stack>
      </form>
    </Card>
  );
}

function Warning({ children }: { children: string }) {
  return (
    <Alert color="yellow" variant="light" icon={<TriangleAlert />}>
      {children}
    </Alert>
  );
}
