import type { Translation } from "../en";

export const session: Translation["session"] = {
  welcomeBack: "Anmelden",
  newHere: "Neu hier?",
  haveAccount: "Haben Sie schon ein Konto?",
  wrong: "Zu dieser E-Mail-Adresse und diesem Passwort gibt es kein Konto.",
  demo: "Dies ist ein Demo-Shop",
  demoHint: (password) => `Das Passwort aller Konten ist ${password}.`,
  suspended: "Dieses Konto ist gesperrt. Wenden Sie sich an den Shop.",
  showPassword: "Eingabe anzeigen",
  passwordHint: "8 Zeichen oder mehr. Ein paar Wörter sind leicht zu merken und schwer zu erraten.",
  passwordLength: "braucht 8 bis 128 Zeichen",
  taken: "Diese Adresse hat schon ein Konto.",
  signInInstead: "Stattdessen anmelden",
  whyRegister:
    "Mit einem Konto finden Sie alle Aufträge an einem Ort, schreiben mit uns darüber und bezahlen schneller.",
  keepLink: "Bewahren Sie diesen Link auf",
  keepLinkHint:
    "Sie haben ohne Konto bestellt. Mit diesem Link kommen Sie zu Ihrem Auftrag zurück: zu Stand, Nachrichten und Dateien. Geben Sie ihn nicht weiter.",
  yourLink: "Link zu Ihrem Auftrag",
  copyLink: "Link kopieren",
  linkUntil: (date) => `Gültig bis ${date}`,
  registerHint: "Mit einem Konto sind Ihre nächsten Aufträge an einem Ort. Dieser Auftrag bleibt bei seinem Link.",
  whoseOrder: "Wessen Auftrag ist das?",
  whoseOrderHint:
    "Melden Sie sich an, um Ihren Auftrag zu sehen. Haben Sie ohne Konto bestellt, öffnen Sie den Link, den Sie nach dem Bestellen bekommen haben.",
  linkEnded: "Dieser Link ist abgelaufen",
  linkEndedHint: "Er galt einige Tage nach dem Bestellen. Fragen Sie den Shop nach Ihrem Auftrag, mit seiner Nummer.",
  signedInAs: (email) => `Sie sind als ${email} angemeldet`,
  signedInHint:
    "Dieser Link gehört zu einem Auftrag, der ohne Konto erteilt wurde. Um ihn hier zu öffnen, melden Sie sich zuerst ab.",
  signOutAndOpen: "Abmelden und Auftrag öffnen",
};
