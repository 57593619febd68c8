import { Stack, Text } from "@mantine/core";
import type { ChangeRequest } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Ago } from "@/ui/Time";
import classes from "./RequestFacts.module.css";

/** Who asks for what, and why. */
export function RequestFacts({ request }: { request: ChangeRequest }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const { requestedBy, reason, customerNote } = request;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {requestedBy ? `${requestedBy.name} (${c.role[requestedBy.role]})` : t.somebody} ·{" "}
        <Ago time={request.createdAt} />
      </Text>
      {reason && <blockquote className={classes.said}>{reason}</blockquote>}
      {customerNote && (
        <div>
          <Text size="sm" c="dimmed">
            {t.forCustomer}
          </Text>
          <blockquote className={classes.said}>{customerNote}</blockquote>
        </div>
      )}
    </Stack>
  );
}
