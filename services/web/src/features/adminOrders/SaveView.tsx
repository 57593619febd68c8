import { Button, Popover, Stack, TextInput } from "@mantine/core";
import { BookmarkPlus } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { newId } from "@/api/key";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import type { OrderFilters } from "./filters";
import { keptViews, MAX_NAME, named, savedView, type View } from "./views";

type Props = { filters: OrderFilters; views: View[] };

/** Keeps the shown list under a name. A name that is there already gets the new list, and the form says so. */
export function SaveView({ filters, views }: Props) {
  const t = useWords(adminOrders);
  const [opened, setOpened] = useState(false);
  const save = (name: string) => {
    keptViews.set(savedView(views, name, filters, newId()));
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" width="16rem" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          size="sm"
          leftSection={<BookmarkPlus size={14} aria-hidden="true" />}
          onClick={() => setOpened(!opened)}
          miw="fit-content"
        >
          {t.saveView}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.saveView}>
        {opened && <NameForm views={views} action={t.saveView} mayReplace onName={save} />}
      </Popover.Dropdown>
    </Popover>
  );
}

type FormProps = {
  views: View[];
  action: string;
  initial?: string;
  mayReplace?: boolean;
  onName: (name: string) => void;
};

/** The name of a view. */
export function NameForm({ views, action, initial = "", mayReplace = false, onName }: FormProps) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(initial);
  const [problem, setProblem] = useState<string | null>(null);
  const taken = named(views, name);
  const isTaken = taken !== undefined && taken.name !== initial;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = name.trim() === "" ? c.required : isTaken && !mayReplace ? t.nameTaken : null;
    setProblem(wrong);
    if (wrong) input.current?.focus();
    else onName(name);
  };
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          ref={input}
          label={c.name}
          maxLength={MAX_NAME}
          value={name}
          error={problem}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit">{isTaken && mayReplace ? t.replaceView(taken.name) : action}</Button>
      </Stack>
    </form>
  );
}
