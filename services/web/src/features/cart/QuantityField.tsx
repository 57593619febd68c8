import { ActionIcon, TextInput } from "@mantine/core";
import { Minus, Plus } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import classes from "./QuantityField.module.css";
import { quantityOf, stepped } from "./quantity";

type Props = {
  /** Shown above the field, unless `hidden`. */
  label: string;
  hidden?: boolean;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  /** Units that can be ordered; null without a limit. */
  most: number | null;
  error?: string | null | undefined;
  ref?: Ref<HTMLInputElement>;
};

/** A quantity: typed, or by the buttons and the arrow keys. The buttons stay in place at their limits, so that the focus does, too. */
export function QuantityField({ label, hidden, value, onChange, onBlur, most, error, ref }: Props) {
  const t = useWords(storefront);
  const quantity = quantityOf(value);
  const step = (by: 1 | -1) => {
    const next = stepped(value, by, most);
    if (next !== value) onChange(next);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    step(event.key === "ArrowUp" ? 1 : -1);
  };
  const atLeast = quantity !== null && quantity <= 1;
  const atMost = quantity !== null && most !== null && quantity >= most;
  return (
    <TextInput
      ref={ref}
      type="number"
      min={1}
      step={1}
      inputMode="numeric"
      autoComplete="off"
      label={hidden ? undefined : label}
      aria-label={hidden ? label : undefined}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={onBlur}
      onKeyDown={press}
      error={error}
      classNames={{ wrapper: classes.wrapper, input: classes.input }}
      leftSectionPointerEvents="all"
      rightSectionPointerEvents="all"
      leftSection={
        <ActionIcon
          variant="subtle"
          size={32}
          aria-label={t.less}
          aria-disabled={atLeast}
          data-disabled={atLeast || undefined}
          onClick={() => step(-1)}
        >
          <Minus size={16} aria-hidden="true" />
        </ActionIcon>
      }
      rightSection={
        <ActionIcon
          variant="subtle"
          size={32}
          aria-label={t.more}
          aria-disabled={atMost}
          data-disabled={atMost || undefined}
          onClick={() => step(1)}
        >
          <Plus size={16} aria-hidden="true" />
        </ActionIcon>
      }
    />
  );
}
