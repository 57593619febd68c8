import { Button, Group, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { api, body } from "@/api/client";
import { orderOptions } from "@/api/orders";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { shortId } from "@/ui/names";
import classes from "./OrderLookup.module.css";

type Props = { orderId: string | undefined; onChange: (orderId: string | undefined) => void };

/** The id of the order with this number, or with this end of it; null if there is none, or more than one. */
async function findOrder(typed: string): Promise<string | null> {
  const params = { query: { q: typed, limit: 2 } };
  const { items } = await body(api.GET("/api/v1/orders", { params }));
  const exact = items.find(({ orderNumber }) => orderNumber.toLowerCase() === typed.toLowerCase());
  return exact?.id ?? (items.length === 1 ? (items[0]?.id ?? null) : null);
}

/** Narrows a list to one order, by its number. The lists know orders only by their ids. */
export function OrderLookup({ orderId, onChange }: Props) {
  return orderId ? <Chosen id={orderId} onClear={() => onChange(undefined)} /> : <Lookup onFound={onChange} />;
}

function Chosen({ id, onClear }: { id: string; onClear: () => void }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const { data } = useQuery(orderOptions(id));
  const label = `${c.order} ${data?.orderNumber ?? shortId(id)}`;
  return (
    <Button
      variant="light"
      aria-label={t.removeFilter(label)}
      rightSection={<X size={14} aria-hidden="true" />}
      onClick={onClear}
    >
      {label}
    </Button>
  );
}

function Lookup({ onFound }: { onFound: (id: string) => void }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [typed, setTyped] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const attempt = useMutation({
    mutationFn: findOrder,
    onSuccess: (id) => (id ? onFound(id) : input.current?.focus()),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim()) attempt.mutate(typed.trim());
  };
  return (
    <form noValidate onSubmit={submit} className={classes.lookup}>
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <TextInput
          className={classes.number}
          ref={input}
          aria-label={t.orderNumber}
          placeholder={t.orderNumber}
          leftSection={<Search size={16} aria-hidden="true" />}
          value={typed}
          error={attempt.data === null ? t.noSuchOrder : undefined}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            attempt.reset();
          }}
        />
        <Button type="submit" variant="default" loading={attempt.isPending}>
          {c.search}
        </Button>
      </Group>
      {attempt.isError && <FailureNote error={attempt.error} />}
    </form>
  );
}
