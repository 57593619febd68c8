import { Stack, Text } from "@mantine/core";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { isOutdated } from "./acts";

/** Why an act was refused. After a conflict it says that the new state is shown, and that nothing typed is lost. */
export function ActFailure({ error }: { error: unknown }) {
  const t = useWords(adminOrders);
  return (
    <Stack gap={4}>
      <FailureNote error={error} />
      {isOutdated(error) && <Text size="sm">{t.newStateShown}</Text>}
    </Stack>
  );
}
