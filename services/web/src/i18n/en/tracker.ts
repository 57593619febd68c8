import { plural } from "../language";

/** What the sentences about the next step name. Amounts and times are formatted. */
type Facts = { amount: string; until: string | null; worker: string | null; customer: string };
type Sentence = { you: (facts: Facts) => string; they: (facts: Facts) => string };

const sentences = <K extends string>(all: Record<K, Sentence>): Record<K, Sentence> => all;
const by = (until: string | null) => (until ? ` by ${until}` : "");
const until = (time: string | null) => (time ? ` until ${time}` : "");

/** The tracker, the timeline and the progress of an order. */
export const tracker = {
  part: "tracker" as const,
  label: (number: string) => `Stages of order ${number}`,
  /** Names of the stages: before, during and after. */
  stages: {
    placed: { ahead: "Placed", now: "Placed", done: "Placed" },
    priced: { ahead: "Price", now: "Being priced", done: "Priced" },
    accepted: { ahead: "Offer", now: "Offer made", done: "Offer accepted" },
    paid: { ahead: "Payment", now: "Payment due", done: "Paid" },
    working: { ahead: "Work", now: "Being worked on", done: "Work done" },
    shipping: { ahead: "Shipping", now: "Packing and shipping", done: "Shipped" },
    workAndShipping: { ahead: "Work and shipping", now: "Work and shipping", done: "Made and shipped" },
    done: { ahead: "Done", now: "Done", done: "Done" },
    cancelled: { ahead: "Cancelled", now: "Cancelled", done: "Cancelled" },
    replaced: { ahead: "Replaced", now: "Replaced", done: "Replaced" },
    refunded: { ahead: "Refund", now: "Refund on its way", done: "Refunded" },
  },
  waitingForWorker: "Waiting for a worker",
  paymentReturned: "Refunded",
  confirmingPayment: "Being confirmed",
  /** How far a stage is, for those who don't see its icon. */
  states: {
    done: "done",
    current: "now",
    held: "on hold",
    open: "still open",
    ahead: "to come",
    stopped: "the end",
    returned: "given back",
  },
  wanted: (day: string) => `wanted by ${day}`,
  turn: {
    you: "Your turn",
    customer: "The customer’s turn",
    shop: "The shop’s turn",
    worker: "With the worker",
    nobody: "Nothing to do",
  },
  /** What happens next: to the customer, and about them to others. */
  next: sentences({
    price: {
      you: () => "The shop is working out a price. You will be told as soon as there is an offer.",
      they: () => "Set a price: the customer is waiting for an offer.",
    },
    accept: {
      you: (facts) => `There is an offer for you. You can accept it${until(facts.until)}.`,
      they: (facts) => `${facts.customer} can accept the offer${until(facts.until)}.`,
    },
    offerEnded: {
      you: () => "The offer has ended. If you still want it, ask the shop for a new one.",
      they: () => "The offer ended before it was accepted. A new one can be made.",
    },
    pay: {
      you: (facts) => `Please pay ${facts.amount}${by(facts.until)}; unpaid orders are cancelled after that.`,
      they: (facts) => `${facts.customer} has to pay ${facts.amount}${by(facts.until)}.`,
    },
    payAgain: {
      you: (facts) => `The payment did not go through. Please pay ${facts.amount} again${by(facts.until)}.`,
      they: (facts) => `A payment failed. ${facts.customer} can pay ${facts.amount} again${by(facts.until)}.`,
    },
    payTooLate: {
      you: () => "It can no longer be paid, and will be cancelled shortly.",
      they: () => "It was not paid in time, and will be cancelled shortly.",
    },
    confirming: {
      you: () => "Your payment is being confirmed. There is nothing you need to do.",
      they: () => "The payment is being confirmed.",
    },
    findWorker: {
      you: () => "It is paid. A worker will take it on next.",
      they: () => "It is paid and waits for a worker to take it on.",
    },
    pack: {
      you: () => "It is paid. The shop packs your goods and ships them.",
      they: () => "It is paid. The goods can be packed and shipped.",
    },
    working: {
      you: (facts) => (facts.worker ? `${facts.worker} is working on it.` : "The shop is working on it."),
      they: (facts) => (facts.worker ? `${facts.worker} is working on it.` : "It is being worked on."),
    },
    workingUnpaid: {
      you: (facts) => `Work has begun. Please pay ${facts.amount}${by(facts.until)}.`,
      they: (facts) => `Work has begun, but ${facts.customer} has not paid ${facts.amount} yet.`,
    },
    shipping: {
      you: () => "Your goods are being shipped. It is done when you have all of them.",
      they: () => "The goods are being shipped. It is done when all of them are delivered.",
    },
    held: {
      you: () => "It is on hold for now. The shop has to clear something up; ask in the chat if you don’t know what.",
      they: () => "It is on hold until the shop lets it go on.",
    },
    payAfterwards: {
      you: (facts) => `Everything is done. Please pay ${facts.amount}.`,
      they: (facts) => `Everything is done, but ${facts.customer} has not paid ${facts.amount} yet.`,
    },
    refundedOpen: {
      you: () => "Your payment was given back. The shop decides how it goes on.",
      they: () => "The payment was given back. The order is still open: let it go on, or cancel it.",
    },
    done: { you: () => "Everything is done.", they: () => "Everything is done." },
    doneRefunded: {
      you: () => "It is done, and your payment was given back.",
      they: () => "It is done, and the payment was given back.",
    },
    cancelled: { you: () => "It is cancelled.", they: () => "It is cancelled." },
    refundComing: {
      you: () => "It is cancelled. Your money is on its way back to you.",
      they: () => "It is cancelled. The money is on its way back to the customer.",
    },
    cancelledRefunded: {
      you: () => "It is cancelled, and you have your money back.",
      they: () => "It is cancelled, and the customer has the money back.",
    },
    replaced: {
      you: () => "It goes on as another order, which took its place.",
      they: () => "It goes on as another order, which took its place.",
    },
  }),
  // Timeline
  history: "History",
  noHistory: "Nothing happened yet.",
  showEarlier: (count: number) => plural(count, { one: "Show 1 earlier event", other: `Show ${count} earlier events` }),
  you: "You",
  system: "By itself",
  internal: "Internal",
  events: {
    PLACED: "Order placed",
    EDITED: "Order changed",
    PAYMENT_STARTED: "Payment started",
    PAID: "Paid",
    PAYMENT_FAILED: "Payment failed",
    PAYMENT_REJECTED: "A payment arrived that the order could not take; it goes back",
    REFUNDED: "Payment refunded",
    STATUS_CHANGED: "Status changed",
    CLAIMED: "Taken on by a worker",
    ASSIGNED: "Given to a worker",
    RELEASED: "Back in the pool: another worker will take it on",
    COMPLETED: "Completed",
    CANCELLED: "Cancelled",
    EXPIRED: "Cancelled, because it was not paid in time",
    REPLACED: "Goes on as another order",
    QUOTED: "Offer made",
    QUOTE_WITHDRAWN: "Offer taken back",
    QUOTE_ACCEPTED: "Offer accepted",
    QUOTE_EXPIRED: "The offer ended before it was accepted",
  },
  partlyRefunded: "A part of the payment was refunded",
  /** Changes of the status, by the new one. */
  changedTo: {
    PENDING: "Waits again",
    IN_PROGRESS: "Work began",
    ON_HOLD: "Put on hold",
    COMPLETED: "Completed",
    CANCELLED: "Cancelled",
  },
  goesOn: "Goes on after the hold",
  remarks: {
    changed: (fields: string[]) => `Changed: ${fields.join(", ")}`,
    total: (was: string, is: string) => `Total ${was}, now ${is}`,
    fields: {
      items: "items",
      title: "title",
      description: "description",
      "special instructions": "special instructions",
      "wanted date": "wanted date",
      "shipping address": "address",
      quote: "offer",
    },
    offered: (amount: string, until: string) => `${amount}, until ${until}`,
    shipped: (carrier: string | null, number: string | null) =>
      ["Shipped", carrier && `by ${carrier}`, number && `(tracking number ${number})`].filter(Boolean).join(" "),
    delivered: "All goods are delivered",
    insteadOf: (number: string) => `In place of ${number}`,
    replacedBy: (number: string) => `Replaced by ${number}`,
  },
  // Progress
  progress: "Progress",
  noProgress: "No progress reported yet.",
  noProgressHint: "Steps appear here as soon as the worker reports them.",
  latest: (step: string) => `Latest: ${step}`,
};
