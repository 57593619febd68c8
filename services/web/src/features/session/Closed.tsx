import { Group } from "@mantine/core";
import { KeyRound } from "lucide-react";
import { common } from "@/i18n/en/common";
import { session as words } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { ButtonLink } from "@/ui/links";

type Props = {
  /** Where to come back to after signing in. */
  next: string;
  /** The link was valid once. */
  ended?: boolean;
};

/** Instead of an order that nobody has shown to be theirs: says how to open it. */
export function Closed({ next, ended }: Props) {
  const t = useWords(common);
  const w = useWords(words);
  return (
    <Empty
      icon={<KeyRound size={32} aria-hidden="true" />}
      title={ended ? w.linkEnded : w.whoseOrder}
      hint={ended ? w.linkEndedHint : w.whoseOrderHint}
      action={
        <Group mt="sm">
          <ButtonLink to="/sign-in" search={{ next }}>
            {t.signIn}
          </ButtonLink>
          <ButtonLink to="/" variant="default">
            {t.home}
          </ButtonLink>
        </Group>
      }
    />
  );
}
