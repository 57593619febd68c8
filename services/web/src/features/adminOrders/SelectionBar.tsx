import { Button, Group, Text } from "@mantine/core";
import { UserPlus } from "lucide-react";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./SelectionBar.module.css";

/** What can be done with the selected orders. It stays in view while the list scrolls. */
export function SelectionBar({
  count,
  onAssign,
  onClear,
}: {
  count: number;
  onAssign: () => void;
  onClear: () => void;
}) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  return (
    <div role="status" className={classes.place}>
      {count > 0 && (
        <Group className={classes.bar} justify="space-between" gap="xs">
          <Text fw={600} size="sm">
            {c.selected(count)}
          </Text>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={onClear}>
              {t.clearSelection}
            </Button>
            <Button size="xs" leftSection={<UserPlus size={14} aria-hidden="true" />} onClick={onAssign}>
              {t.assignToWorker}
            </Button>
          </Group>
        </Group>
      )}
    </div>
  );
}
