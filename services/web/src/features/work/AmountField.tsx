import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { majorUnits, minorUnits } from "@/ui/format";

type Props = {
  label: string;
  currency: string;
  /** In minor units. */
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  /** Said while the text is no amount. */
  complaint: string;
};

/** An amount to filter by. It counts when the field is left, or by Enter. */
export function AmountField({ label, currency, value, onChange, complaint }: Props) {
  const shown = value === undefined ? "" : majorUnits({ amount: value, currency });
  const [typed, setTyped] = useState(shown);
  // The address changed by a link or by Back.
  useEffect(() => setTyped(shown), [shown]);
  const amount = typed.trim() === "" ? undefined : minorUnits(typed, currency);
  const settle = () => {
    if (amount !== null && amount !== value) onChange(amount);
  };
  return (
    <TextInput
      label={label}
      inputMode="decimal"
      value={typed}
      error={amount === null ? complaint : undefined}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={settle}
      onKeyDown={(event) => event.key === "Enter" && settle()}
    />
  );
}
