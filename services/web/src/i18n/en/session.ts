/** Signing in, registering and the account. */
export const session = {
  part: "session" as const,
  welcomeBack: "Sign in",
  newHere: "New here?",
  haveAccount: "Have an account already?",
  wrong: "This e-mail address and password do not match an account.",
  demo: "This is a demo shop",
  demoHint: (password: string) => `The password of all its accounts is ${password}.`,
  suspended: "This account is suspended. Ask the shop.",
  showPassword: "Show what is typed",
  passwordHint: "8 characters or more. A few words are easy to remember and hard to guess.",
  passwordLength: "needs 8 to 128 characters",
  taken: "This address has an account already.",
  signInInstead: "Sign in instead",
  whyRegister: "With an account you find all your orders in one place, write with us about them, and pay faster.",
  // Guests
  keepLink: "Keep this link",
  keepLinkHint:
    "You ordered without an account. This link is your way back to the order: it shows its state, messages and files. Do not share it.",
  yourLink: "Link to your order",
  copyLink: "Copy link",
  linkUntil: (date: string) => `Valid until ${date}`,
  registerHint: "With an account, your next orders are in one place. This order stays with its link.",
  whoseOrder: "Whose order is it?",
  whoseOrderHint:
    "Sign in to see your order. If you ordered without an account, open the link that you got after ordering.",
  linkEnded: "This link has ended",
  linkEndedHint: "It was valid for some days after ordering. Ask the shop about your order, with its number.",
  signedInAs: (email: string) => `You are signed in as ${email}`,
  signedInHint: "This link belongs to an order that was placed without an account. To open it here, sign out first.",
  signOutAndOpen: "Sign out and open the order",
};
