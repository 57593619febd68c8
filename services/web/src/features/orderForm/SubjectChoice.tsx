import { Radio, SimpleGrid } from "@mantine/core";
import type { ReactNode } from "react";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import classes from "./OrderForm.module.css";
import type { Subject } from "./values";

type Props = { value: Subject; onChange: (subject: Subject) => void; inCart: number };

/** What the order is about: products, the cart if something is in it, or a request. */
export function SubjectChoice({ value, onChange, inCart }: Props) {
  const w = useWords(orderForm);
  const cart = inCart > 0 || value === "cart";
  return (
    <Radio.Group label={w.subject} value={value} onChange={onChange}>
      <SimpleGrid cols={{ base: 1, sm: cart ? 3 : 2 }} spacing="xs" mt="xs">
        <Choice value="items" title={w.items} hint={w.itemsHint} />
        {cart && <Choice value="cart" title={w.cart} hint={w.inCart(inCart)} />}
        <Choice value="request" title={w.request} hint={w.requestHint} />
      </SimpleGrid>
    </Radio.Group>
  );
}

function Choice({ value, title, hint }: { value: Subject; title: string; hint: ReactNode }) {
  return (
    <Radio.Card value={value} className={classes.choice}>
      <Radio.Indicator />
      <span>
        {title}
        <span className={classes.hint}>{hint}</span>
      </span>
    </Radio.Card>
  );
}
