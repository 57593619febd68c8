import { Button, Checkbox, Popover, Stack } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import classes from "./OrderFilterBar.module.css";

type Props<T extends string> = {
  label: string;
  values: readonly T[];
  names: Record<T, string>;
  chosen: readonly T[] | undefined;
  onChange: (chosen: T[] | undefined) => void;
};

/** A filter by any of several values. The button says which ones are chosen. */
export function ChoiceFilter<T extends string>({ label, values, names, chosen, onChange }: Props<T>) {
  const change = (next: string[]) => {
    const known = values.filter((value) => next.includes(value));
    onChange(known.length > 0 ? known : undefined);
  };
  const said = chosen?.map((value) => names[value]).join(", ");
  return (
    <Popover position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="sm"
          variant={chosen ? "light" : "default"}
          rightSection={<ChevronDown size={14} aria-hidden="true" />}
          className={classes.choice}
        >
          {said ? `${label}: ${said}` : label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>
        <Checkbox.Group label={label} value={[...(chosen ?? [])]} onChange={change}>
          <Stack gap="xs" mt="xs">
            {values.map((value) => (
              <Checkbox key={value} value={value} label={names[value]} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
