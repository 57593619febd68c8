import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import type { Payee } from "@/api/schema";
import { useRefetch } from "@/api/useRefetch";
import { common } from "@/i18n/en/common";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { PATHS } from "./filters";
import { payeeName } from "./names";
import { createPayouts } from "./write";

type Props = { payees: Payee[]; onClose: () => void };

/** Pays several workers all that is available, each independently; then says who got no payout, and why. */
export function PaySeveral({ payees, onClose }: Props) {
  const c = useWords(common);
  const w = useWords(payouts);
  const refetch = useRefetch();
  const create = useMutation({
    mutationFn: createPayouts,
    onSettled: () => refetch(PATHS.payees, PATHS.all),
  });
  const results = create.data && "results" in create.data ? create.data.results : null;
  const name = (id: string | null) => {
    const payee = payees.find(({ workerId }) => workerId === id);
    return payee ? payeeName(payee, w) : (id ?? "");
  };
  if (results) {
    const refused = results.filter(({ error }) => error);
    return (
      <Stack gap="sm">
        <Text role="status">{w.createdCount(results.length - refused.length)}</Text>
        {refused.length > 0 && (
          <Alert color="red" variant="light" icon={<CircleAlert />}>
            <List size="sm">
              {refused.map(({ workerId, error }) => (
                <List.Item key={workerId}>{w.notCreated(name(workerId), error?.message ?? "")}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Group>
          <Button onClick={onClose}>{c.close}</Button>
        </Group>
      </Stack>
    );
  }
  const workerIds = payees.flatMap(({ workerId }) => workerId ?? []);
  return (
    <Stack gap="sm">
      <Text size="sm">{w.payAllHint}</Text>
      <List size="sm">
        {payees.map((payee) => (
          <List.Item key={payee.workerId}>
            {`${payeeName(payee, w)}: ${payee.balances.map(({ available }) => money(available)).join(" · ")}`}
          </List.Item>
        ))}
      </List>
      {create.isError && <FailureNote error={create.error} />}
      <Group gap="xs">
        <Button loading={create.isPending} onClick={() => create.mutate({ workerIds })}>
          {w.createSeveral(payees.length)}
        </Button>
        <Button variant="default" onClick={onClose}>
          {c.cancel}
        </Button>
      </Group>
    </Stack>
  );
}
