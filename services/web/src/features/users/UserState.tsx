import { Ban, Check, MailQuestion } from "lucide-react";
import type { User } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Stamp } from "@/ui/Stamp";

/** Whether an account can be used. */
export function UserState({ user }: { user: User }) {
  const { users: w } = useWords(adminPeople);
  if (user.suspended) {
    return (
      <Stamp tone="bad" icon={Ban}>
        {w.suspended}
      </Stamp>
    );
  }
  if (!user.emailVerified) {
    return (
      <Stamp tone="waiting" icon={MailQuestion}>
        {w.unverified}
      </Stamp>
    );
  }
  return (
    <Stamp tone="done" icon={Check}>
      {w.active}
    </Stamp>
  );
}
