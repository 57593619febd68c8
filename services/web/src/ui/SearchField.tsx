import { TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { isTyping } from "./useRowKeys";

type Props = { value: string; onChange: (value: string) => void; label?: string };

/** A search that follows typing after a moment. The key / jumps to it. */
export function SearchField({ value, onChange, label }: Props) {
  const t = useWords(common);
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  const tell = useEffectEvent((text: string) => {
    if (text !== value) onChange(text);
  });
  // The address changed by a link or by Back.
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    const timer = setTimeout(() => tell(typed.trim()), 300);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event)) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", jump);
    return () => document.removeEventListener("keydown", jump);
  }, []);
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label={label ?? t.search}
      placeholder={label ?? t.search}
      leftSection={<Search size={16} aria-hidden="true" />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
