import { Button, Stack, Text } from "@mantine/core";
import type { DemoAccount } from "@/api/schema";
import { useShop } from "@/api/useShop";
import { common } from "@/i18n/en/common";
import { session } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";
import classes from "./DemoAccounts.module.css";

type Props = { isBusy: boolean; onChoose: (account: DemoAccount) => void };

/** Ways in for a first look. Only a shop with demo data tells its accounts. */
export function DemoAccounts({ isBusy, onChoose }: Props) {
  const t = useWords(common);
  const w = useWords(session);
  const { demoAccounts } = useShop();
  const roles = [...new Set(demoAccounts.map(({ role }) => role))];
  if (roles.length === 0) return null;
  return (
    <Stack gap="xs" role="group" aria-label={w.demo} className={classes.demo}>
      <Text size="sm" fw={600}>
        {w.demo}
      </Text>
      {roles.map((role) => {
        const account = demoAccounts.find((one) => one.role === role);
        return (
          account && (
            <Button key={role} variant="default" disabled={isBusy} onClick={() => onChoose(account)}>
              {`${t.role[role]}: ${account.email}`}
            </Button>
          )
        );
      })}
      <Text size="sm" c="dimmed">
        {w.demoHint(demoAccounts[0]?.password ?? "")}
      </Text>
    </Stack>
  );
}
