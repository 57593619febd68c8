import type { Translation } from "../en";
import { plural } from "../language";

const bis = (until: string | null) => (until ? ` bis ${until}` : "");

export const tracker: Translation["tracker"] = {
  label: (number) => `Stationen des Auftrags ${number}`,
  stages: {
    placed: { ahead: "Bestellt", now: "Bestellt", done: "Bestellt" },
    priced: { ahead: "Preis", now: "Preis wird ermittelt", done: "Preis steht fest" },
    accepted: { ahead: "Angebot", now: "Angebot liegt vor", done: "Angebot angenommen" },
    paid: { ahead: "Zahlung", now: "Zahlung fällig", done: "Bezahlt" },
    working: { ahead: "Arbeit", now: "In Arbeit", done: "Arbeit erledigt" },
    shipping: { ahead: "Versand", now: "Verpacken und Versand", done: "Versandt" },
    workAndShipping: { ahead: "Arbeit und Versand", now: "Arbeit und Versand", done: "Erledigt und versandt" },
    done: { ahead: "Fertig", now: "Fertig", done: "Fertig" },
    cancelled: { ahead: "Storniert", now: "Storniert", done: "Storniert" },
    replaced: { ahead: "Ersetzt", now: "Ersetzt", done: "Ersetzt" },
    refunded: { ahead: "Erstattung", now: "Erstattung unterwegs", done: "Erstattet" },
  },
  waitingForWorker: "Wartet auf Bearbeitung",
  paymentReturned: "Erstattet",
  confirmingPayment: "Wird bestätigt",
  states: {
    done: "erledigt",
    current: "jetzt",
    held: "angehalten",
    open: "noch offen",
    ahead: "kommt noch",
    stopped: "Ende",
    returned: "zurückgegeben",
  },
  wanted: (day) => `gewünscht bis ${day}`,
  turn: {
    you: "Sie sind dran",
    customer: "Der Kunde ist dran",
    shop: "Der Shop ist dran",
    worker: "Beim Bearbeiter",
    nobody: "Nichts zu tun",
  },
  next: {
    price: {
      you: () => "Der Shop ermittelt einen Preis. Sie erfahren es, sobald ein Angebot vorliegt.",
      they: () => "Bitte einen Preis nennen: Der Kunde wartet auf ein Angebot.",
    },
    accept: {
      you: ({ until }) => `Es liegt ein Angebot für Sie vor. Sie können es${bis(until)} annehmen.`,
      they: ({ customer, until }) => `${customer} kann das Angebot${bis(until)} annehmen.`,
    },
    offerEnded: {
      you: () => "Das Angebot ist abgelaufen. Wenn Sie weiter interessiert sind, bitten Sie den Shop um ein neues.",
      they: () => "Das Angebot ist abgelaufen, ohne angenommen zu werden. Ein neues ist möglich.",
    },
    pay: {
      you: ({ amount, until }) =>
        `Bitte bezahlen Sie ${amount}${bis(until)}; danach werden unbezahlte Aufträge storniert.`,
      they: ({ customer, amount, until }) => `${customer} muss ${amount}${bis(until)} bezahlen.`,
    },
    payAgain: {
      you: ({ amount, until }) =>
        `Die Zahlung hat nicht geklappt. Bitte bezahlen Sie ${amount}${bis(until)} noch einmal.`,
      they: ({ customer, amount, until }) =>
        `Eine Zahlung ist fehlgeschlagen. ${customer} kann ${amount}${bis(until)} noch einmal bezahlen.`,
    },
    payTooLate: {
      you: () => "Er kann nicht mehr bezahlt werden und wird in Kürze storniert.",
      they: () => "Er wurde nicht rechtzeitig bezahlt und wird in Kürze storniert.",
    },
    confirming: {
      you: () => "Ihre Zahlung wird bestätigt. Sie müssen nichts tun.",
      they: () => "Die Zahlung wird bestätigt.",
    },
    findWorker: {
      you: () => "Bezahlt. Als Nächstes übernimmt ein Bearbeiter Ihren Auftrag.",
      they: () => "Bezahlt. Der Auftrag wartet darauf, dass ihn ein Bearbeiter übernimmt.",
    },
    pack: {
      you: () => "Bezahlt. Der Shop verpackt Ihre Waren und verschickt sie.",
      they: () => "Bezahlt. Die Waren können verpackt und verschickt werden.",
    },
    working: {
      you: ({ worker }) => (worker ? `${worker} arbeitet daran.` : "Der Shop arbeitet daran."),
      they: ({ worker }) => (worker ? `${worker} arbeitet daran.` : "Daran wird gearbeitet."),
    },
    workingUnpaid: {
      you: ({ amount, until }) => `Die Arbeit hat begonnen. Bitte bezahlen Sie ${amount}${bis(until)}.`,
      they: ({ customer, amount }) => `Die Arbeit hat begonnen, aber ${customer} hat ${amount} noch nicht bezahlt.`,
    },
    shipping: {
      you: () => "Ihre Waren werden verschickt. Der Auftrag ist fertig, wenn Sie alles haben.",
      they: () => "Die Waren werden verschickt. Der Auftrag ist fertig, wenn alles zugestellt ist.",
    },
    held: {
      you: () =>
        "Er ist vorerst angehalten. Der Shop muss etwas klären; fragen Sie im Chat, wenn Sie nicht wissen, was.",
      they: () => "Er ist angehalten, bis der Shop ihn weiterlaufen lässt.",
    },
    payAfterwards: {
      you: ({ amount }) => `Alles ist erledigt. Bitte bezahlen Sie ${amount}.`,
      they: ({ customer, amount }) => `Alles ist erledigt, aber ${customer} hat ${amount} noch nicht bezahlt.`,
    },
    refundedOpen: {
      you: () => "Ihre Zahlung wurde erstattet. Der Shop entscheidet, wie es weitergeht.",
      they: () =>
        "Die Zahlung wurde erstattet. Der Auftrag ist noch offen: Er kann weiterlaufen oder storniert werden.",
    },
    done: { you: () => "Alles ist erledigt.", they: () => "Alles ist erledigt." },
    doneRefunded: {
      you: () => "Er ist erledigt, und Ihre Zahlung wurde erstattet.",
      they: () => "Er ist erledigt, und die Zahlung wurde erstattet.",
    },
    cancelled: { you: () => "Er ist storniert.", they: () => "Er ist storniert." },
    refundComing: {
      you: () => "Er ist storniert. Ihr Geld ist auf dem Weg zurück zu Ihnen.",
      they: () => "Er ist storniert. Das Geld ist auf dem Weg zurück zum Kunden.",
    },
    cancelledRefunded: {
      you: () => "Er ist storniert, und Sie haben Ihr Geld zurück.",
      they: () => "Er ist storniert, und der Kunde hat sein Geld zurück.",
    },
    replaced: {
      you: () => "Er geht als anderer Auftrag weiter, der an seine Stelle getreten ist.",
      they: () => "Er geht als anderer Auftrag weiter, der an seine Stelle getreten ist.",
    },
  },
  history: "Verlauf",
  noHistory: "Es ist noch nichts geschehen.",
  showEarlier: (count) =>
    plural(count, { one: "1 früheres Ereignis anzeigen", other: `${count} frühere Ereignisse anzeigen` }),
  you: "Sie",
  system: "Von selbst",
  internal: "Intern",
  events: {
    PLACED: "Auftrag erteilt",
    EDITED: "Auftrag geändert",
    PAYMENT_STARTED: "Zahlung begonnen",
    PAID: "Bezahlt",
    PAYMENT_FAILED: "Zahlung fehlgeschlagen",
    PAYMENT_REJECTED: "Es kam eine Zahlung an, die zum Auftrag nicht passte; sie geht zurück",
    REFUNDED: "Zahlung erstattet",
    STATUS_CHANGED: "Status geändert",
    CLAIMED: "Von einem Bearbeiter übernommen",
    ASSIGNED: "Einem Bearbeiter zugeteilt",
    RELEASED: "Wieder offen: Ein anderer Bearbeiter wird ihn übernehmen",
    COMPLETED: "Abgeschlossen",
    CANCELLED: "Storniert",
    EXPIRED: "Storniert, weil er nicht rechtzeitig bezahlt wurde",
    REPLACED: "Geht als anderer Auftrag weiter",
    QUOTED: "Angebot gemacht",
    QUOTE_WITHDRAWN: "Angebot zurückgezogen",
    QUOTE_ACCEPTED: "Angebot angenommen",
    QUOTE_EXPIRED: "Das Angebot ist abgelaufen, ohne angenommen zu werden",
  },
  partlyRefunded: "Ein Teil der Zahlung wurde erstattet",
  changedTo: {
    PENDING: "Wartet wieder",
    IN_PROGRESS: "Die Arbeit hat begonnen",
    ON_HOLD: "Angehalten",
    COMPLETED: "Abgeschlossen",
    CANCELLED: "Storniert",
  },
  goesOn: "Geht nach der Pause weiter",
  remarks: {
    changed: (fields) => `Geändert: ${fields.join(", ")}`,
    total: (was, is) => `Summe ${was}, jetzt ${is}`,
    fields: {
      items: "Positionen",
      title: "Titel",
      description: "Beschreibung",
      "special instructions": "besondere Hinweise",
      "wanted date": "Wunschtermin",
      "shipping address": "Adresse",
      quote: "Angebot",
    },
    offered: (amount, until) => `${amount}, gültig bis ${until}`,
    shipped: (carrier, number) =>
      ["Verschickt", carrier && `mit ${carrier}`, number && `(Sendungsnummer ${number})`].filter(Boolean).join(" "),
    delivered: "Alle Waren sind zugestellt",
    insteadOf: (number) => `Anstelle von ${number}`,
    replacedBy: (number) => `Ersetzt durch ${number}`,
  },
  progress: "Fortschritt",
  noProgress: "Es wurde noch kein Fortschritt gemeldet.",
  noProgressHint: "Schritte erscheinen hier, sobald sie gemeldet werden.",
  latest: (step) => `Zuletzt: ${step}`,
};
