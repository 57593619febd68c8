import { NativeSelect, TextInput, type TextInputProps } from "@mantine/core";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import classes from "./SettingInput.module.css";
import type { Quantity, Unit } from "./units";

type Props = Omit<TextInputProps, "value" | "onChange"> & {
  label: string;
  value: Quantity;
  onChange: (value: Quantity) => void;
  units: Unit[];
};

/** A number and its unit. Another unit keeps the number: people correct the unit, not the time. */
export function QuantityInput({ label, value, onChange, units, ...rest }: Props) {
  const { settings: w } = useWords(adminPeople);
  return (
    <TextInput
      {...rest}
      label={label}
      inputMode="decimal"
      autoComplete="off"
      value={value.amount}
      onChange={(event) => onChange({ ...value, amount: event.currentTarget.value })}
      rightSectionWidth="8.5rem"
      rightSectionPointerEvents="all"
      rightSection={
        <NativeSelect
          aria-label={w.unitOf(label)}
          className={classes.unit}
          variant="unstyled"
          value={value.unit}
          onChange={(event) => onChange({ ...value, unit: event.currentTarget.value as Unit })}
          data={units.map((unit) => ({ value: unit, label: w.units[unit] }))}
        />
      }
    />
  );
}
