import { Alert, Button, Skeleton, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { PlacedOrder, Product } from "@/api/schema";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { AddressFields } from "./AddressFields";
import { CartLines } from "./CartLines";
import { ChosenLines } from "./ChosenLines";
import { isQuoteRequest } from "./chosen";
import type { OrderSearch } from "./filters";
import classes from "./OrderForm.module.css";
import { ProductSearch } from "./ProductSearch";
import { wasSent } from "./placing";
import { Refusal } from "./Refusal";
import { SubjectChoice } from "./SubjectChoice";
import { Summary } from "./Summary";
import { type SignIn, useOrderForm } from "./useOrderForm";
import { WhoSection } from "./WhoSection";
import { WishFields } from "./WishFields";

type Props = {
  /** What the link to the form asks for. */
  start: OrderSearch;
  signIn: SignIn;
  onPlaced: (order: PlacedOrder) => void;
  picture?: (product: Product) => ReactNode;
};

/** An order of products, of the cart, or of something that has no price yet: what, who, and then on to paying. */
export function OrderForm({ start, signIn, onPlaced, picture }: Props) {
  const w = useWords(orderForm);
  const order = useOrderForm({ start, signIn, onPlaced });
  const { form, chosen, needs, attempt, submit } = order;
  // A reload after an attempt without an answer.
  const [lost] = useState(() => wasSent(form.values));
  const quote = isQuoteRequest(form.values.subject, chosen);
  return (
    <form className={classes.form} noValidate onSubmit={(event) => event.preventDefault()}>
      <div className={classes.sections}>
        <Card title={<Step number={1} title={w.what} />}>
          <What order={order} picture={picture} />
        </Card>
        <Card title={<Step number={2} title={needs.address ? w.whoAndWhere : w.who} />}>
          <Stack gap="lg">
            <WhoSection
              form={form}
              caller={order.caller}
              checking={order.checking}
              account={order.account}
              onEmail={order.ask}
              signIn={signIn}
            />
            {needs.address && <AddressFields form={form} />}
          </Stack>
        </Card>
      </div>
      <div className={classes.side}>
        <Card title={<Step number={3} title={quote ? w.send : w.pay} />}>
          <Stack gap="sm">
            {lost && attempt.isIdle && wasSent(form.values) && (
              <Alert role="status" color="yellow">
                {w.notAnswered}
              </Alert>
            )}
            {attempt.isError && (
              <Refusal
                error={attempt.error}
                subject={form.values.subject}
                onRetry={submit}
                onTakeAvailable={() => void order.takeRest()}
              />
            )}
            {/* Stays busy while the next page loads. */}
            <Summary
              values={form.values}
              chosen={chosen}
              busy={attempt.isPending || attempt.isSuccess}
              onPlace={submit}
            />
          </Stack>
        </Card>
      </div>
    </form>
  );
}

function Step({ number, title }: { number: number; title: string }) {
  return (
    <>
      <span className={classes.step}>{number}</span>
      {title}
    </>
  );
}

type WhatProps = { order: ReturnType<typeof useOrderForm>; picture: Props["picture"] };

function What({ order, picture }: WhatProps) {
  const w = useWords(orderForm);
  const { form, chosen, cart, products, needs, reload } = order;
  const { subject, lines } = form.values;
  const [searching, setSearching] = useState(lines.length === 0);
  const choose = (next: typeof subject) => {
    form.setFieldValue("subject", next);
    form.clearErrors();
    order.attempt.reset();
  };
  return (
    <Stack>
      <SubjectChoice value={subject} onChange={choose} inCart={cart?.items.length ?? 0} />
      {chosen.error !== null && <FailureNote error={chosen.error} onRetry={() => void reload()} />}
      <p role="alert" tabIndex={-1} data-path="lines" className={classes.problem}>
        {form.errors.lines}
      </p>
      {subject === "items" && <ChosenLines form={form} products={products} picture={picture} />}
      {subject === "items" && (searching || lines.length === 0) && <ProductSearch form={form} picture={picture} />}
      {subject === "items" && !searching && lines.length > 0 && (
        <Button variant="default" onClick={() => setSearching(true)}>
          {w.addMore}
        </Button>
      )}
      {subject === "cart" && (chosen.loading ? <Skeleton height="6rem" /> : <CartLines cart={cart} />)}
      <WishFields form={form} request={subject === "request"} wish={needs.wish} />
      {subject === "request" && <p className={classes.hint}>{w.requestNote}</p>}
    </Stack>
  );
}
