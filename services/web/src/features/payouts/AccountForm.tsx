import { Button, Group, NativeSelect, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api, api, body } from "@/api/client";
import type { PayoutAccount, Provider } from "@/api/schema";
import { useRefetch } from "@/api/useRefetch";
import { useShop } from "@/api/useShop";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { PATHS } from "./filters";
import { methodName } from "./names";

/** Longest recipient that the API takes. */
const RECIPIENT_MAX = 255;

/** Where the signed-in worker wants payouts to go. */
export function AccountForm() {
  const w = useWords(payouts);
  const account = $api.useQuery("get", PATHS.account);
  return (
    <Card title={w.account}>
      {account.isError && <FailureNote error={account.error} onRetry={() => void account.refetch()} />}
      {account.isPending && <Skeleton height="8rem" />}
      {account.data && <Fields key={account.data.version} account={account.data} />}
    </Card>
  );
}

function Fields({ account }: { account: PayoutAccount }) {
  const w = useWords(payouts);
  const client = useQueryClient();
  const { paymentProviders } = useShop();
  const [method, setMethod] = useState<Provider>(account.method);
  const [recipient, setRecipient] = useState(account.recipient ?? "");
  const methods = new Set<Provider>([...paymentProviders, "MANUAL", account.method]);
  const refetch = useRefetch();
  const save = useMutation({
    mutationFn: () =>
      body(
        api.PUT(PATHS.account, {
          body: { method, recipient: recipient.trim() || undefined, version: account.version },
        }),
      ),
    onSuccess: (saved) => client.setQueryData(["get", PATHS.account], saved),
    onError: () => refetch(PATHS.account),
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm" maw="30rem">
        <Text size="sm" c="dimmed">
          {w.accountHint}
        </Text>
        <NativeSelect
          label={w.method}
          value={method}
          data={[...methods].map((value) => ({ value, label: methodName(value, w) }))}
          onChange={(event) => setMethod(event.currentTarget.value as Provider)}
        />
        <TextInput
          label={w.recipient}
          description={w.recipientHints[method]}
          maxLength={RECIPIENT_MAX}
          value={recipient}
          onChange={(event) => setRecipient(event.currentTarget.value)}
        />
        {save.isError && <FailureNote error={save.error} />}
        <Group gap="sm">
          <Button type="submit" loading={save.isPending}>
            {w.save}
          </Button>
          <Text component="span" role="status" size="sm">
            {account.version > 0 && save.isIdle && method === account.method && recipient === (account.recipient ?? "")
              ? w.saved
              : null}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
