import { Button, Stack, Text, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { email, maxLength, object, refine, string, trim } from "zod/mini";
import { isCode } from "@/api/failure";
import type { Register } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { session as words } from "@/i18n/en/session";
import { useWords, wordsOf } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { showErrors } from "@/ui/formErrors";
import { TextLink } from "@/ui/links";
import { PasswordField } from "@/ui/PasswordField";
import { register } from "./signIn";

/** Passwords are measured in characters, not in UTF-16 units. The shop also refuses what is easy to guess. */
const fits = (password: string) => [...password].length >= 8 && [...password].length <= 128;

const rules = () => {
  const t = wordsOf(common);
  const w = wordsOf(words);
  return object({
    email: string().check(trim(), email(t.invalidEmail), maxLength(254, t.invalidEmail)),
    password: string().check(refine(fits, w.passwordLength)),
    firstName: string().check(refine((name: string) => name.trim() !== "", t.required)),
    lastName: string(),
  });
};

/** Without spaces around the texts; a password may have them. */
function trimmed(account: Register): Register {
  const { firstName, lastName = "" } = account;
  return { ...account, firstName: firstName.trim(), lastName: lastName.trim(), email: account.email.trim() };
}

const FIELDS = ["firstName", "lastName", "email", "password"] as const;

type Props = {
  /** Where to go afterwards, for those who have an account. */
  next: string | undefined;
  onDone: () => void;
};

/** Creates an account and signs in; `onDone` is called afterwards. */
export function RegisterForm({ next, onDone }: Props) {
  const t = useWords(common);
  const w = useWords(words);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { firstName: "", lastName: "", email: "", password: "" },
    validate: schemaResolver(rules(), { sync: true }),
  });
  const attempt = useMutation({
    mutationFn: register,
    onSuccess: onDone,
    onError: (error) => {
      if (isCode(error, "EMAIL_TAKEN")) {
        form.setErrors({ email: w.taken });
        form.getInputNode("email")?.focus();
      } else showErrors(form, error);
    },
  });
  const taken = isCode(attempt.error, "EMAIL_TAKEN");
  const atFields = Object.keys(form.errors).length > 0;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(
        (account) => attempt.mutate(trimmed(account)),
        (problems) => {
          const first = FIELDS.find((field) => problems[field]);
          if (first) form.getInputNode(first)?.focus();
        },
      )}
    >
      <Stack>
        {attempt.isError && !atFields && !taken && <FailureNote error={attempt.error} />}
        <TextInput
          label={t.firstName}
          autoComplete="given-name"
          maxLength={100}
          key={form.key("firstName")}
          {...form.getInputProps("firstName")}
        />
        <TextInput
          label={`${t.lastName} (${t.optional})`}
          autoComplete="family-name"
          maxLength={100}
          key={form.key("lastName")}
          {...form.getInputProps("lastName")}
        />
        <TextInput
          label={t.email}
          type="email"
          autoComplete="username"
          maxLength={254}
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        {taken && (
          <Text size="sm">
            <TextLink to="/sign-in" search={{ next }}>
              {w.signInInstead}
            </TextLink>
          </Text>
        )}
        <PasswordField
          label={t.password}
          description={w.passwordHint}
          autoComplete="new-password"
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={attempt.isPending}>
          {t.register}
        </Button>
      </Stack>
    </form>
  );
}
