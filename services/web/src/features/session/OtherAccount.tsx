import { Button, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { UserRound } from "lucide-react";
import { useUser } from "@/api/useSession";
import { session as words } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";

/** For somebody who is signed in and came by the link of a guest's order: `open` signs them out and opens it. */
export function OtherAccount({ open }: { open: () => Promise<void> }) {
  const w = useWords(words);
  const user = useUser();
  const attempt = useMutation({ mutationFn: open });
  return (
    <Empty
      icon={<UserRound size={32} aria-hidden="true" />}
      title={w.signedInAs(user?.email ?? "")}
      hint={w.signedInHint}
      action={
        <Stack mt="sm">
          {attempt.isError && <FailureNote error={attempt.error} />}
          <Button loading={attempt.isPending} onClick={() => attempt.mutate()}>
            {w.signOutAndOpen}
          </Button>
        </Stack>
      }
    />
  );
}
