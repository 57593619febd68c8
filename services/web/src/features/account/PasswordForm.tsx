import { PasswordInput, Text } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { maxLength, minLength, object, refine, string } from "zod/mini";
import { api, body } from "@/api/client";
import { ApiError } from "@/api/failure";
import type { PasswordChange } from "@/api/schema";
import { account as words } from "@/i18n/en/account";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";
import { focusFirst, showErrors } from "@/ui/formErrors";
import { SavingForm } from "./SavingForm";

const SHORTEST = 8;
const LONGEST = 128;

const rules = () => {
  const t = wordsOf(common);
  const w = wordsOf(words);
  const known = string().check(minLength(1, t.required));
  const next = string().check(minLength(SHORTEST, w.tooShort(SHORTEST)), maxLength(LONGEST, w.tooLong(LONGEST)));
  return object({ currentPassword: known, newPassword: next }).check(
    refine(({ currentPassword, newPassword }) => newPassword === "" || newPassword !== currentPassword, {
      error: w.samePassword,
      path: ["newPassword"],
    }),
  );
};

const change = (passwords: PasswordChange) => body(api.POST("/api/v1/users/change-password", { body: passwords }));

/** Changes the password, which ends all other sessions. `email` tells password managers whose password it is. */
export function PasswordForm({ email }: { email: string }) {
  const w = useWords(words);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { currentPassword: "", newPassword: "" },
    validate: schemaResolver(rules(), { sync: true }),
  });
  const [atFields, setAtFields] = useState(false);
  const attempt = useMutation({
    mutationFn: change,
    onSuccess: () => form.reset(),
    onError: (error) => {
      const shown = showErrors(form, error);
      setAtFields(shown);
      for (const { field } of error instanceof ApiError ? error.details : []) {
        if (field === "currentPassword") form.setFieldError(field, w.wrongPassword);
        if (field === "newPassword" && w.refusedPassword) form.setFieldError(field, w.refusedPassword);
      }
    },
  });
  return (
    <SavingForm
      attempt={attempt}
      atFields={atFields}
      onSubmit={form.onSubmit((values) => attempt.mutate(values), focusFirst(form))}
      submit={w.changePassword}
      done={w.passwordChanged}
    >
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordInput
        label={w.currentPassword}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ "aria-label": w.showPassword }}
        key={form.key("currentPassword")}
        {...form.getInputProps("currentPassword")}
      />
      <PasswordInput
        label={w.newPassword}
        description={w.passwordHint(SHORTEST)}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": w.showPassword }}
        key={form.key("newPassword")}
        {...form.getInputProps("newPassword")}
      />
      <Text size="sm" c="dimmed">
        {w.endsSessions}
      </Text>
    </SavingForm>
  );
}
