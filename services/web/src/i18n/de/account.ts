import type { Translation } from "../en";

export const account: Translation["account"] = {
  title: "Konto",
  profile: "Profil",
  role: "Rolle",
  memberSince: "Mitglied seit",
  emailStays: "Damit melden Sie sich an. Sie lässt sich hier nicht ändern.",
  tooLong: (most) => `hat höchstens ${most} Zeichen`,
  changedMeanwhile: (name) =>
    `Ihr Name lautet jetzt „${name}“, weil er anderswo geändert wurde. Speichern Sie noch einmal, um ihn zu ersetzen.`,
  password: "Passwort",
  currentPassword: "Jetziges Passwort",
  newPassword: "Neues Passwort",
  showPassword: "Passwort zeigen",
  passwordHint: (least) => `Mindestens ${least} Zeichen. Ein paar Wörter ohne Zusammenhang kann man sich gut merken.`,
  changePassword: "Passwort ändern",
  endsSessions: "Hier bleiben Sie angemeldet. Alle anderen Geräte und Browser werden abgemeldet.",
  passwordChanged: "Ihr Passwort ist geändert. Alle anderen Geräte sind abgemeldet.",
  tooShort: (least) => `braucht mindestens ${least} Zeichen`,
  samePassword: "ist das jetzige Passwort; wählen Sie ein anderes",
  wrongPassword: "Das ist nicht Ihr jetziges Passwort.",
  refusedPassword: "Dieses Passwort ist zu leicht zu erraten. Wählen Sie ein längeres.",
  preferences: "Sprache und Darstellung",
  session: "Abmelden",
  signOutHint: "Beendet Ihre Sitzung in diesem Browser. Ihre Aufträge bleiben, wie sie sind.",
};
