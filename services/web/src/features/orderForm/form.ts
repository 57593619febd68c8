import { type ChangeEvent, useRef, useState } from "react";
import type { Problems } from "./problems";
import type { Line, Values } from "./values";

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type TextField = Exclude<keyof Values, "lines" | "subject">;
/** A field that somebody types into. */
type Typed = TextField | `lines.${number}.quantity`;

const LINE = /^lines\.(\d+)\.quantity$/;

/** The form, for its parts. */
export type FormHandle = ReturnType<typeof useFields>;

/**
 * What is typed, and what is wrong with it. Named like the kit's forms, which are not used here: with them, a visitor's first page would
 * load twice as much for its fields.
 */
export function useFields(start: Values, onChange: (values: Values) => void) {
  const [values, setValues] = useState(start);
  const [errors, setErrors] = useState<Problems>({});
  // For those who waited for something: the values of now, not of when they began.
  const latest = useRef(start);
  const change = (next: Values) => {
    latest.current = next;
    setValues(next);
    onChange(next);
  };
  const setFieldError = (field: string, problem: string | null) =>
    setErrors(({ [field]: _, ...others }) => (problem ? { ...others, [field]: problem } : others));
  const setFieldValue = <K extends keyof Values>(field: K, value: Values[K]) => {
    change({ ...latest.current, [field]: value });
    setFieldError(field, null);
  };
  const typed = (field: Typed, text: string) => {
    const index = lineOf(field);
    if (index === null) return setFieldValue(field as TextField, text);
    const { lines } = latest.current;
    change({ ...latest.current, lines: lines.map((line, at) => (at === index ? { ...line, quantity: text } : line)) });
    setFieldError(field, null);
  };
  const textOf = (field: Typed): string => {
    const index = lineOf(field);
    return index === null ? values[field as TextField] : (values.lines[index]?.quantity ?? "");
  };
  return {
    values,
    errors,
    getValues: (): Values => latest.current,
    setFieldValue,
    setFieldError,
    setErrors,
    clearErrors: () => setErrors({}),
    removeLine(index: number) {
      change({ ...latest.current, lines: latest.current.lines.filter((_, at) => at !== index) });
      setErrors((found) => moved(found, (at) => (at === index ? null : at > index ? at - 1 : at)));
    },
    insertLine(line: Line, index: number) {
      change({ ...latest.current, lines: latest.current.lines.toSpliced(index, 0, line) });
      setErrors((found) => moved(found, (at) => (at >= index ? at + 1 : at)));
    },
    getInputProps: (field: Typed) => ({
      value: textOf(field),
      error: errors[field],
      onChange: ({ currentTarget }: ChangeEvent<Input>) => typed(field, currentTarget.value),
      "data-path": field,
    }),
    getInputNode: (field: string) => document.querySelector<HTMLElement>(`[data-path="${field}"]`),
  };
}

/** The number of the line that a field belongs to. */
function lineOf(field: string): number | null {
  const match = LINE.exec(field);
  return match ? Number(match[1]) : null;
}

/** Complaints at lines go with them. */
function moved(problems: Problems, to: (index: number) => number | null): Problems {
  const entries = Object.entries(problems).flatMap(([field, problem]) => {
    const index = lineOf(field);
    if (index === null) return [[field, problem] as const];
    const next = to(index);
    return next === null ? [] : [[`lines.${next}.quantity`, problem] as const];
  });
  return Object.fromEntries(entries);
}
