import type { Translation } from "../en";

export const checkout: Translation["checkout"] = {
  loading: "Einen Moment",
  order: (number) => `Auftrag ${number}`,
  wantedBy: (date) => `Gewünscht bis ${date}`,
  goesTo: (address) => `Geht an ${address}`,
  toOrder: "Zum Auftrag",
  orderAgain: "Neu bestellen",
  payTitle: "Bezahlen",
  payment: "Zahlung",
  payments: "Zahlungen",
  noPayments: "Noch keine Zahlung.",
  provider: "Zahlungsart",
  providers: {
    SANDBOX: "Testzahlung, es fließt kein Geld",
    STRIPE: "Karte (Stripe)",
    PAYPAL: "PayPal",
    MANUAL: "Von Hand",
  },
  refunds: "Erstattungen",
  refundState: { PENDING: "Auf dem Weg zurück", SUCCEEDED: "Erstattet", FAILED: "Nicht erstattet" },
  refundPart: "Erstatten",
  refundable: (amount) => `${amount} lassen sich erstatten`,
  refundHint: "Das Geld geht den Weg zurück, den es kam. Das lässt sich nicht rückgängig machen.",
  refundAmount: (currency) => `Betrag (${currency})`,
  refundTooMuch: "ist mehr, als sich erstatten lässt",
  notAnAmount: "ist kein Betrag",
  refundReason: "Grund",
  refundReasonHint: "Der Kunde liest ihn.",
  refund: (amount) => `${amount} erstatten`,
  payNow: "Jetzt bezahlen",
  payAgain: "Noch einmal bezahlen",
  payAnew: "Neue Zahlung beginnen",
  continuePayment: "Zahlung fortsetzen",
  underWay: "Eine Zahlung läuft",
  underWayHint: (time) => `Sie haben sie am ${time} begonnen. Machen Sie da weiter, wo Sie aufgehört haben.`,
  failed: "Die Zahlung hat nicht geklappt",
  failedHint: "Es wurde kein Geld abgebucht. Versuchen Sie es noch einmal, oder bezahlen Sie anders.",
  timeLeft: (time) => `Ihr Auftrag ist noch ${time} für Sie zurückgelegt.`,
  notPayable: {
    confirming: {
      title: "Ihre Zahlung wird bestätigt",
      hint: "Das Geld ist da. Der Auftrag folgt gleich; diese Seite zeigt es von selbst.",
    },
    paid: { title: "Dieser Auftrag ist bezahlt", hint: "Sie müssen nichts weiter tun." },
    nothing: { title: "Nichts zu bezahlen", hint: "Dieser Auftrag kostet nichts." },
    unpriced: {
      title: "Es gibt noch keinen Preis",
      hint: "Sie haben um ein Angebot gebeten. Sobald es da ist und Sie es annehmen, können Sie bezahlen.",
    },
    offered: {
      title: "Ein Angebot wartet auf Sie",
      hint: "Sehen Sie es sich an und nehmen Sie es an; dann können Sie bezahlen.",
    },
    refunded: { title: "Ihr Geld wurde erstattet", hint: "Dieser Auftrag kann nicht mehr bezahlt werden." },
    cancelled: {
      title: "Dieser Auftrag ist storniert",
      hint: "Er wurde storniert oder nicht rechtzeitig bezahlt. Es wird nichts berechnet.",
    },
    expired: {
      title: "Die Zeit zum Bezahlen ist vorbei",
      hint: "Der Auftrag war für Sie zurückgelegt und ist jetzt freigegeben. Es wird nichts berechnet; bitte bestellen Sie neu.",
    },
  },
  placedTitle: "Ihr Auftrag",
  placedNumber: (number) => `Ihr Auftrag hat die Nummer ${number}.`,
  requestedNumber: (number) => `Ihre Anfrage hat die Nummer ${number}.`,
  outcome: {
    waiting: {
      title: "Wir warten auf Ihre Zahlung",
      hint: "Der Zahlungsanbieter meldet sie uns gleich. Sie können diese Seite verlassen; der Auftrag geht nicht verloren.",
    },
    late: {
      title: "Die Zahlung dauert länger als sonst",
      hint: "Wir warten weiter auf den Anbieter. Sobald die Zahlung bestätigt ist, bekommen Sie eine E-Mail.",
    },
    paid: { title: "Vielen Dank, Ihr Auftrag ist bezahlt", hint: "" },
    free: { title: "Vielen Dank, Ihr Auftrag ist da", hint: "Er kostet nichts, also gibt es nichts zu bezahlen." },
    requested: {
      title: "Vielen Dank, wir haben Ihre Anfrage",
      hint: "Wir lesen sie und senden Ihnen ein Angebot. Sie bekommen eine E-Mail und sehen es hier. Dann entscheiden Sie.",
    },
    offered: {
      title: "Ein Angebot wartet auf Sie",
      hint: "Sehen Sie es sich in Ihrem Auftrag an, und nehmen Sie es an, wenn es Ihnen gefällt.",
    },
    unpaid: {
      title: "Noch nicht bezahlt",
      hint: "Ihr Auftrag ist für Sie zurückgelegt. Bezahlen Sie ihn, bevor diese Zeit vorbei ist.",
    },
    failed: {
      title: "Die Zahlung hat nicht geklappt",
      hint: "Es wurde kein Geld abgebucht. Ihr Auftrag ist noch da; versuchen Sie es noch einmal.",
    },
    over: {
      title: "Dieser Auftrag ist beendet",
      hint: "Er wurde storniert, erstattet oder nicht rechtzeitig bezahlt.",
    },
  },
  next: {
    GOODS: "Wir packen Ihre Bestellung und senden sie ab. Sobald sie unterwegs ist, bekommen Sie eine E-Mail.",
    SERVICE:
      "Jemand übernimmt die Arbeit. Dann bekommen Sie eine E-Mail und können sich in Ihrem Auftrag mit ihm oder ihr schreiben.",
    MIXED:
      "Wir packen, was sich senden lässt, und jemand übernimmt die Arbeit. Zu jedem Schritt bekommen Sie eine E-Mail.",
  },
  toDashboard: "Zu meiner Übersicht",
  details: "Was Sie bestellt haben",
  timeline: "Was geschehen ist",
  progress: "Fortschritt",
  cancelOrder: "Auftrag stornieren",
};
