/** The own account. */
export const account = {
  part: "account" as const,
  title: "Account",
  profile: "Profile",
  role: "Role",
  memberSince: "Member since",
  emailStays: "You sign in with it. It cannot be changed here.",
  tooLong: (most: number) => `has at most ${most} characters`,
  changedMeanwhile: (name: string) =>
    `Your name is “${name}” now, because it was changed elsewhere. Save again to put yours in its place.`,
  password: "Password",
  currentPassword: "Current password",
  newPassword: "New password",
  showPassword: "Show the password",
  passwordHint: (least: number) => `At least ${least} characters. A few unrelated words are easy to remember.`,
  changePassword: "Change password",
  endsSessions: "You stay signed in here. All other devices and browsers are signed out.",
  passwordChanged: "Your password is changed. All other devices are signed out.",
  tooShort: (least: number) => `needs at least ${least} characters`,
  samePassword: "is the current password; choose another one",
  wrongPassword: "This is not your current password.",
  /** Why a new password is not taken. English shows the server's own message instead. */
  refusedPassword: "",
  preferences: "Language and appearance",
  session: "Sign out",
  signOutHint: "Ends your session in this browser. What you ordered stays as it is.",
};
