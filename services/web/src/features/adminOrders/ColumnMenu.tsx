import { Button, Checkbox, Popover, Stack } from "@mantine/core";
import { Columns3 } from "lucide-react";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { COLUMN_IDS, type ColumnId, chosenColumns, DEFAULT_COLUMNS } from "./columns";
import { columnTitles } from "./orderColumns";

type Props = { columns: ColumnId[]; onChange: (columns: ColumnId[]) => void };

/** The choice of columns. */
export function ColumnMenu({ columns, onChange }: Props) {
  const t = useWords(adminOrders);
  const titles = columnTitles();
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<Columns3 size={14} aria-hidden="true" />}>
          {t.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.columns}>
        <Checkbox.Group
          label={t.columns}
          value={columns}
          onChange={(chosen: string[]) => onChange(chosenColumns(chosen))}
        >
          <Stack gap="xs" mt="xs">
            {COLUMN_IDS.map((id) => (
              <Checkbox key={id} value={id} label={titles[id]} disabled={columns.length === 1 && columns[0] === id} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Button size="xs" variant="subtle" mt="sm" onClick={() => onChange(DEFAULT_COLUMNS)}>
          {t.usualColumns}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
