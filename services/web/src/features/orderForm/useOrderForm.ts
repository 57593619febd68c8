import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError, isCode } from "@/api/failure";
import { showOrder } from "@/api/orders";
import type { PlacedOrder } from "@/api/schema";
import { resume, session } from "@/api/session";
import { useSession } from "@/api/useSession";
import { orderForm } from "@/i18n/en/orderForm";
import { wordsOf } from "@/i18n/language";
import { type Chosen, chosenItems, needsOf } from "./chosen";
import { forgetDraft, keepDraft, readDraft } from "./draft";
import type { OrderSearch } from "./filters";
import { useFields } from "./form";
import { ownCountry } from "./ownCountry";
import { place, takeOver, wasSent } from "./placing";
import { firstField, type Problems, problemsOf, problemsOfAnswer } from "./problems";
import { useAccount } from "./useAccount";
import { useChosen } from "./useChosen";
import { type Line, startValues } from "./values";

/** Signs somebody in while they order; rejects with the API's refusal. */
export type SignIn = (login: { email: string; password: string }) => Promise<unknown>;

type Options = { start: OrderSearch; signIn: SignIn; onPlaced: (order: PlacedOrder) => void };

/** The order form: what is typed, what that is for the shop, and placing it. */
export function useOrderForm({ start, signIn, onPlaced }: Options) {
  const client = useQueryClient();
  const caller = useSession();
  const stranger = caller.kind !== "user" && caller.kind !== "guest";
  const [initial] = useState(() => startValues(readDraft(ownCountry()), start));
  const form = useFields(initial, keepDraft);
  const { values } = form;
  const { chosen, cart, products, reload } = useChosen(values);
  const { account, ask, isKnown } = useAccount(values.email);
  const needs = needsOf(values.subject, chosen);
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    // The address of the page loses what it asked for; a reload finds it in the draft.
    keepDraft(initial);
    resume()
      .catch(() => undefined)
      .finally(() => setAsked(true));
  }, [initial]);

  const complain = (problems: Problems) => {
    form.setErrors(problems);
    const first = firstField(problems);
    if (first) form.getInputNode(first)?.focus();
  };
  const attempt = useMutation({
    mutationFn: place,
    onSuccess: (placed) => {
      const { auth: _, ...order } = placed;
      takeOver(placed);
      forgetDraft();
      showOrder(order, client);
      void client.invalidateQueries({ queryKey: ["get", "/api/v1/cart"] });
      onPlaced(placed);
    },
    onError: (error) => {
      if (isCode(error, "EMAIL_REGISTERED")) {
        isKnown();
        complain({ password: wordsOf(orderForm).wrongPassword });
        return;
      }
      if (isCode(error, "OUT_OF_STOCK", "CART_CHANGED", "CART_EMPTY")) void reload();
      // The access of a guest has ended.
      if (isCode(error, "UNAUTHENTICATED") && session.get().kind === "guest") session.end();
      if (error instanceof ApiError) complain(problemsOfAnswer(error.details, values.subject).problems);
      // The account was created, the order was not: go on as its owner.
      if (error instanceof ApiError && error.context.registered) {
        signIn({ email: values.email.trim(), password: values.password }).catch(isKnown);
      }
    },
  });

  const submit = () => {
    if (attempt.isPending || attempt.isSuccess) return;
    const problems = problemsOf(values, { chosen, needs, stranger, account, sent: wasSent(values) });
    complain(problems);
    if (Object.keys(problems).length > 0) return;
    attempt.mutate({ values, needs, cartVersion: cart?.version ?? null, stranger });
  };
  /** Takes of every product as many as there are now. */
  const takeRest = async () => {
    const found = await reload();
    const { lines } = form.getValues();
    form.setFieldValue("lines", takeAvailable(lines, chosenItems(lines, found)));
    form.clearErrors();
    attempt.reset();
  };
  const checking = caller.kind === "unknown" && !asked;
  return { form, caller, checking, chosen, cart, products, needs, account, ask, attempt, submit, reload, takeRest };
}

/** Of every line what is there; nothing of what is sold out. */
export function takeAvailable(lines: Line[], chosen: Chosen): Line[] {
  return lines.flatMap((line) => {
    const available = chosen.lines.find(({ productId }) => productId === line.productId)?.available;
    if (typeof available !== "number" || Number(line.quantity) <= available) return [line];
    return available > 0 ? [{ ...line, quantity: String(available) }] : [];
  });
}
