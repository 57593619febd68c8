import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

type Props = {
  label: string;
  /** As YYYY-MM-DD; undefined shows an empty field. */
  value: string | undefined;
  onChange: (day: string | undefined) => void;
  min?: string;
  max?: string;
};

/** The first day that a filter may name: while a year is being typed, dates such as 0002-05-01 come first. */
const FIRST = "2000-01-01";

/** A day, by the browser's own field. Tells a day as soon as it is complete, and keeps what is typed until then. */
export function DayField({ label, value, onChange, min = FIRST, max }: Props) {
  const [typed, setTyped] = useState(value ?? "");
  // The address changed by a link or by Back.
  useEffect(() => setTyped(value ?? ""), [value]);
  const type = (text: string) => {
    setTyped(text);
    if (text === "") onChange(undefined);
    else if (text >= FIRST && text >= min && (!max || text <= max)) onChange(text);
  };
  return (
    <TextInput
      type="date"
      label={label}
      value={typed}
      min={min}
      max={max}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={() => setTyped(value ?? "")}
    />
  );
}
