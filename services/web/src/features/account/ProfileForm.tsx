import { Text, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { maxLength, minLength, object, string, trim } from "zod/mini";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import type { ProfilePatch, User } from "@/api/schema";
import { session } from "@/api/session";
import { account as words } from "@/i18n/en/account";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";
import { focusFirst, showErrors } from "@/ui/formErrors";
import { SavingForm } from "./SavingForm";

const LONGEST = 100;

const rules = () => {
  const t = wordsOf(common);
  const w = wordsOf(words);
  return object({
    firstName: string().check(trim(), minLength(1, t.required), maxLength(LONGEST, w.tooLong(LONGEST))),
    lastName: string().check(trim(), maxLength(LONGEST, w.tooLong(LONGEST))),
  });
};

const save = (patch: ProfilePatch) => body(api.PATCH("/api/v1/users/profile", { body: patch }));
const load = () => body(api.GET("/api/v1/users/profile"));

/** The name of the account. If it was changed elsewhere meanwhile, what was typed stays, and can be saved over it. */
export function ProfileForm({ user, onSaved }: { user: User; onSaved: (user: User) => void }) {
  const t = useWords(common);
  const w = useWords(words);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { firstName: user.firstName, lastName: user.lastName },
    validate: schemaResolver(rules(), { sync: true }),
  });
  const [version, setVersion] = useState(user.version);
  const [changed, setChanged] = useState<User | null>(null);
  const [atFields, setAtFields] = useState(false);
  const attempt = useMutation({
    mutationFn: ({ firstName, lastName }: { firstName: string; lastName: string }) =>
      save({ firstName: firstName.trim(), lastName: lastName.trim(), version }),
    onMutate: () => setChanged(null),
    onSuccess: (saved) => {
      setVersion(saved.version);
      session.show(saved);
      onSaved(saved);
    },
    onError: async (error) => {
      setAtFields(showErrors(form, error));
      if (!isCode(error, "VERSION_CONFLICT")) return;
      const now = await load();
      setVersion(now.version);
      setChanged(now);
    },
  });
  return (
    <SavingForm
      attempt={attempt}
      atFields={atFields}
      onSubmit={form.onSubmit((values) => attempt.mutate(values), focusFirst(form))}
      submit={t.save}
      done={t.saved}
    >
      {changed && <Text size="sm">{w.changedMeanwhile(`${changed.firstName} ${changed.lastName}`.trim())}</Text>}
      <TextInput
        label={t.firstName}
        autoComplete="given-name"
        key={form.key("firstName")}
        {...form.getInputProps("firstName")}
      />
      <TextInput
        label={`${t.lastName} (${t.optional})`}
        autoComplete="family-name"
        key={form.key("lastName")}
        {...form.getInputProps("lastName")}
      />
      <TextInput label={t.email} description={w.emailStays} value={user.email} readOnly />
    </SavingForm>
  );
}
