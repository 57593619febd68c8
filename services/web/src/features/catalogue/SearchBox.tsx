import { ActionIcon, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { type FormEvent, useRef } from "react";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";

type Props = { onSearch: (text: string) => void; className?: string | undefined };

/** The search of the header, sent by Enter or its button. The list itself searches while one types. */
export function SearchBox({ onSearch, className }: Props) {
  const t = useWords(common);
  const words = useWords(storefront);
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(input.current?.value.trim() ?? "");
  };
  return (
    <search className={className}>
      <form noValidate onSubmit={submit}>
        <TextInput
          ref={input}
          type="search"
          name="q"
          maxLength={200}
          aria-label={words.searchProducts}
          placeholder={words.searchProducts}
          rightSectionPointerEvents="all"
          rightSection={
            <ActionIcon type="submit" variant="subtle" size={30} aria-label={t.search}>
              <Search size={17} aria-hidden="true" />
            </ActionIcon>
          }
        />
      </form>
    </search>
  );
}
