import type { Translation } from "../en";
import { plural } from "../language";

/** Lines about the order, which the server writes in English. What a person added stays as it is. */
const LINES: [RegExp, string][] = [
  [/^A worker has taken the order\.$/, "Ein Bearbeiter hat den Auftrag übernommen."],
  [/^(.+) has taken the order\.$/s, "$1 hat den Auftrag übernommen."],
  [/^(.+) works on the order now\.$/s, "$1 arbeitet jetzt an dem Auftrag."],
  [/^This order was opened for you:/, "Dieser Auftrag wurde für Sie angelegt:"],
  [
    /^The order was replaced by (\S+)\. Please write in that one's conversation\.$/,
    "Der Auftrag wurde durch $1 ersetzt. Bitte schreiben Sie dort weiter.",
  ],
  [/^The order went back to the pool\.$/, "Der Auftrag wartet wieder auf einen Bearbeiter."],
  [/^The order is on hold\./, "Der Auftrag ist angehalten."],
  [/^Work on the order goes on\.$/, "Die Arbeit an dem Auftrag geht weiter."],
  [/^Work on the order has begun\.$/, "Die Arbeit an dem Auftrag hat begonnen."],
  [/^The order is completed\.$/, "Der Auftrag ist abgeschlossen."],
  [/^The order was cancelled\./, "Der Auftrag wurde storniert."],
  [
    /^The order was not paid in time and has expired\.$/,
    "Der Auftrag wurde nicht rechtzeitig bezahlt und ist verfallen.",
  ],
];

export const chat: Translation["chat"] = {
  title: "Nachrichten",
  log: "Unterhaltung",
  loading: "Die Unterhaltung wird geladen",
  you: "Sie",
  somebody: "Jemand",
  today: "Heute",
  yesterday: "Gestern",
  unread: "Ungelesen",
  older: "Frühere Nachrichten",
  loadingOlder: "Frühere Nachrichten werden geladen",
  empty: "Noch keine Nachrichten. Stellen Sie eine Frage, oder schreiben Sie, was bei diesem Auftrag wichtig ist.",
  below: (count) => plural(count, { one: "1 neue Nachricht", other: `${count} neue Nachrichten` }),
  toNewest: "Zur neuesten Nachricht",
  isTyping: (names, count) => plural(count, { one: `${names} schreibt …`, other: `${names} schreiben …` }),
  here: (names, count) => plural(count, { one: `${names} ist da`, other: `${names} sind da` }),
  read: "Gelesen",
  readBy: (names) => `Gelesen von ${names}`,
  write: "Nachricht",
  send: "Senden",
  keys: "Eingabe sendet, Umschalt + Eingabe beginnt eine neue Zeile.",
  offline: "Keine Verbindung. Ihre Nachricht wird gesendet, sobald sie wieder steht.",
  left: (count) => plural(count, { one: "Noch 1 Zeichen", other: `Noch ${count} Zeichen` }),
  tooLong: (count) => plural(count, { one: "1 Zeichen zu viel", other: `${count} Zeichen zu viel` }),
  nearlyOver: "Die Nachricht ist fast so lang, wie sie sein darf.",
  over: "Die Nachricht ist zu lang.",
  sending: "Wird gesendet",
  waiting: "Wartet auf das Senden",
  refused: "Nicht gesendet.",
  discard: "Verwerfen",
  notParticipant: "Sie nehmen an dieser Unterhaltung nicht mehr teil.",
  notYours:
    "Hier schreiben der Kunde, der zuständige Bearbeiter und Administratoren. Sie nehmen an dieser Unterhaltung nicht teil.",
  closed: "Dieser Auftrag wurde durch einen anderen ersetzt, und damit auch seine Unterhaltung.",
  toReplacement: "Zum neuen Auftrag",
  recent: "Neueste Nachrichten",
  recentEmpty: "Keine Nachrichten",
  recentEmptyHint: "Zu jedem Auftrag gehört eine Unterhaltung. Öffnen Sie einen Auftrag, um zu schreiben.",
  unreadCount: (count) => plural(count, { one: "1 ungelesen", other: `${count} ungelesen` }),
  system: (line) => {
    const found = LINES.find(([pattern]) => pattern.test(line));
    return found ? line.replace(found[0], found[1]) : line;
  },
};
