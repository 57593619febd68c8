import { Alert, Button, Stack, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { email, minLength, object, string } from "zod/mini";
import { isCode } from "@/api/failure";
import { common } from "@/i18n/en/common";
import { session as words } from "@/i18n/en/session";
import { useWords, wordsOf } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { PasswordField } from "@/ui/PasswordField";
import { DemoAccounts } from "./DemoAccounts";
import { signIn } from "./signIn";

const rules = () => {
  const t = wordsOf(common);
  return object({
    email: string().check(email(t.invalidEmail)),
    password: string().check(minLength(1, t.required)),
  });
};

type Props = {
  onDone: () => void;
  /** What stands below the form. */
  children?: ReactNode;
};

/** Signs in; `onDone` is called afterwards. */
export function SignInForm({ onDone, children }: Props) {
  const t = useWords(common);
  const w = useWords(words);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "" },
    validate: schemaResolver(rules(), { sync: true }),
  });
  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: onDone,
    onError: () => form.getInputNode("password")?.focus(),
  });
  return (
    <>
      <Card>
        <form
          noValidate
          onSubmit={form.onSubmit(
            (login) => attempt.mutate({ ...login, email: login.email.trim() }),
            (problems) => form.getInputNode(problems.email ? "email" : "password")?.focus(),
          )}
        >
          <Stack>
            {attempt.isError && <Refused error={attempt.error} />}
            <TextInput
              label={t.email}
              type="email"
              autoComplete="username"
              key={form.key("email")}
              {...form.getInputProps("email")}
            />
            <PasswordField
              label={t.password}
              autoComplete="current-password"
              key={form.key("password")}
              {...form.getInputProps("password")}
            />
            <Button type="submit" loading={attempt.isPending}>
              {w.welcomeBack}
            </Button>
          </Stack>
        </form>
      </Card>
      {children}
      {/* Last, as they are known late: they push nothing away. */}
      <DemoAccounts
        isBusy={attempt.isPending}
        onChoose={({ email, password }) => attempt.mutate({ email, password })}
      />
    </>
  );
}

/** A wrong password or a suspended account, in words that say what to do; anything else as it is. */
function Refused({ error }: { error: unknown }) {
  const w = useWords(words);
  if (!isCode(error, "UNAUTHENTICATED", "FORBIDDEN")) return <FailureNote error={error} />;
  const title = error.code === "FORBIDDEN" ? w.suspended : w.wrong;
  return <Alert role="alert" color="red" variant="light" icon={<CircleAlert />} title={title} />;
}
