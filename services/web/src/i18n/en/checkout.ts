import type { InvoiceKind, OrderKind, Provider, Refund } from "@/api/schema";

/** Paying, the confirmation, and a guest's order. */
export const checkout = {
  part: "checkout" as const,
  loading: "One moment",
  order: (number: string) => `Order ${number}`,
  wantedBy: (date: string) => `Wanted by ${date}`,
  goesTo: (address: string) => `Goes to ${address}`,
  toOrder: "To the order",
  orderAgain: "Order again",
  // Paying
  payTitle: "Pay",
  payment: "Payment",
  payments: "Payments",
  noPayments: "No payment yet.",
  invoices: "Invoices",
  invoiceKind: { INVOICE: "Invoice", CREDIT_NOTE: "Credit note" } as Record<InvoiceKind, string>,
  refersTo: (number: string) => `for ${number}`,
  downloadInvoice: (number: string) => `Download ${number} as PDF`,
  provider: "Way to pay",
  providers: {
    SANDBOX: "Test payment, no money moves",
    STRIPE: "Card (Stripe)",
    PAYPAL: "PayPal",
    MANUAL: "By hand",
  } as Record<Provider, string>,
  refunds: "Refunds",
  refundState: { PENDING: "On its way back", SUCCEEDED: "Refunded", FAILED: "Not refunded" } as Record<
    Refund["state"],
    string
  >,
  refundPart: "Refund",
  refundable: (amount: string) => `${amount} can be refunded`,
  refundHint: "The money goes back the way it came. This cannot be undone.",
  refundAmount: (currency: string) => `Amount (${currency})`,
  refundTooMuch: "is more than can be refunded",
  notAnAmount: "is not an amount",
  refundReason: "Reason",
  refundReasonHint: "The customer reads it.",
  refund: (amount: string) => `Refund ${amount}`,
  payNow: "Pay now",
  payAgain: "Try to pay again",
  payAnew: "Start another payment",
  continuePayment: "Continue the payment",
  underWay: "A payment is under way",
  underWayHint: (time: string) => `You started it on ${time}. Continue where you left off.`,
  failed: "The payment did not work",
  failedHint: "No money was taken. Try again, or pay in another way.",
  timeLeft: (time: string) => `Your order is kept for you for another ${time}.`,
  notPayable: {
    confirming: {
      title: "Your payment is being confirmed",
      hint: "The money has arrived. The order follows in a moment; this page shows it by itself.",
    },
    paid: { title: "This order is paid", hint: "There is nothing more to do." },
    nothing: { title: "Nothing to pay", hint: "This order costs nothing." },
    unpriced: {
      title: "There is no price yet",
      hint: "You asked for an offer. As soon as it is there and you accept it, you can pay.",
    },
    offered: { title: "An offer waits for you", hint: "Look at it and accept it; then you can pay." },
    refunded: { title: "Your money was sent back", hint: "This order can no longer be paid." },
    cancelled: {
      title: "This order is cancelled",
      hint: "It was cancelled, or it was not paid in time. Nothing will be charged.",
    },
    expired: {
      title: "The time to pay is over",
      hint: "The order was kept for you and is now released. Nothing will be charged; please order again.",
    },
  },
  // After ordering
  placedTitle: "Your order",
  placedNumber: (number: string) => `Your order has the number ${number}.`,
  requestedNumber: (number: string) => `Your request has the number ${number}.`,
  outcome: {
    waiting: {
      title: "Waiting for your payment",
      hint: "The payment provider tells us in a moment. You may leave this page; the order does not get lost.",
    },
    late: {
      title: "The payment takes longer than usual",
      hint: "We keep waiting for the provider. As soon as the payment is confirmed, you get an e-mail.",
    },
    paid: { title: "Thank you, your order is paid", hint: "" },
    free: { title: "Thank you, your order is in", hint: "It costs nothing, so there is nothing to pay." },
    requested: {
      title: "Thank you, we have your request",
      hint: "We read it and send you an offer. You get an e-mail, and see it here. Then you decide.",
    },
    offered: { title: "An offer waits for you", hint: "Look at it in your order, and accept it if you like it." },
    unpaid: { title: "Not paid yet", hint: "Your order is kept for you. Pay it before that time is over." },
    failed: { title: "The payment did not work", hint: "No money was taken. Your order is still there; try again." },
    over: { title: "This order is over", hint: "It was cancelled, refunded, or not paid in time." },
  },
  next: {
    GOODS: "We pack your order and send it. You get an e-mail as soon as it is on its way.",
    SERVICE: "Somebody takes over the work. You get an e-mail then, and can write with them in your order.",
    MIXED: "We pack what can be sent, and somebody takes over the work. You get an e-mail for each step.",
  } as Record<OrderKind, string>,
  toDashboard: "To my dashboard",
  // A guest's order
  details: "What you ordered",
  timeline: "What has happened",
  progress: "Progress",
  cancelOrder: "Cancel the order",
};
