import { Button, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { claimsOf, isSignedOut, type SessionState, session } from "@/api/session";
import { common } from "@/i18n/en/common";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { PasswordField } from "@/ui/PasswordField";
import type { FormHandle } from "./form";
import classes from "./OrderForm.module.css";
import type { SignIn } from "./useOrderForm";
import { type Account, isEmail, whoStep } from "./who";

type Props = {
  form: FormHandle;
  caller: SessionState;
  /** It is not known yet who is signed in. */
  checking: boolean;
  account: Account;
  /** Asks whether the typed e-mail address has an account. */
  onEmail: () => void;
  signIn: SignIn;
};

/** Who orders: the signed-in account, a guest, or somebody who tells it here. */
export function WhoSection({ caller, checking, ...stranger }: Props) {
  const w = useWords(orderForm);
  const known = useRef<HTMLParagraphElement>(null);
  const was = useRef(caller.kind);
  useEffect(() => {
    // The fields of signing in are gone, and the focus with them.
    if (was.current === "none" && caller.kind === "user") known.current?.focus();
    was.current = caller.kind;
  }, [caller.kind]);
  if (checking) return <Skeleton height="10rem" />;
  if (caller.kind === "user") {
    const { firstName, lastName, email } = caller.user;
    return (
      <Text ref={known} tabIndex={-1}>
        {w.orderingAs(`${firstName} ${lastName}`.trim(), email)}
      </Text>
    );
  }
  if (caller.kind === "guest") return <Guest token={caller.token} />;
  return <Stranger {...stranger} />;
}

/** Somebody who ordered as a guest before: the order goes to the others. */
function Guest({ token }: { token: string }) {
  const w = useWords(orderForm);
  const claims = claimsOf(token);
  return (
    <Stack gap="xs" align="flex-start">
      <Text>{w.orderingAs(claims?.name ?? "", claims?.email ?? "")}</Text>
      <Text size="sm" c="dimmed">
        {w.guestHint}
      </Text>
      <Button size="xs" variant="default" onClick={() => session.end()}>
        {w.otherPerson}
      </Button>
    </Stack>
  );
}

function Stranger({ form, account, onEmail, signIn }: Omit<Props, "caller" | "checking">) {
  const t = useWords(common);
  const w = useWords(orderForm);
  const step = whoStep(account);
  const { email, password } = form.values;
  const signingIn = useMutation({
    mutationFn: () => signIn({ email: email.trim(), password }),
    onSuccess: () => form.setFieldValue("password", ""),
    onError: (error) => {
      form.setFieldError("password", isSignedOut(error) ? w.wrongPassword : null);
      form.getInputNode("password")?.focus();
    },
  });
  const tryToSignIn = () => {
    if (!isEmail(email)) form.setFieldError("email", t.invalidEmail);
    if (!password) form.setFieldError("password", t.required);
    if (isEmail(email) && password) signingIn.mutate();
  };
  return (
    <Stack>
      <TextInput
        label={t.email}
        type="email"
        autoComplete="email"
        maxLength={254}
        required
        {...form.getInputProps("email")}
        onBlur={onEmail}
      />
      <div role="status">
        {account === "known" && <Text size="sm">{w.knownEmail}</Text>}
        {account === "unsure" && <Text size="sm">{w.unsureEmail}</Text>}
      </div>
      {signingIn.isError && !isSignedOut(signingIn.error) && <FailureNote error={signingIn.error} />}
      <div>
        <PasswordField
          label={`${t.password} (${t.optional})`}
          description={w.passwordFor[step.password]}
          autoComplete={step.password === "create" ? "new-password" : "current-password"}
          {...form.getInputProps("password")}
          onKeyDown={(event) => step.signIn && event.key === "Enter" && tryToSignIn()}
        />
        {step.signIn && (
          <Group mt="xs">
            <Button variant="default" loading={signingIn.isPending} onClick={tryToSignIn}>
              {t.signIn}
            </Button>
          </Group>
        )}
      </div>
      <div className={classes.pair}>
        <TextInput
          label={t.firstName}
          autoComplete="given-name"
          maxLength={100}
          required
          {...form.getInputProps("firstName")}
        />
        <TextInput
          label={`${t.lastName} (${t.optional})`}
          autoComplete="family-name"
          maxLength={100}
          {...form.getInputProps("lastName")}
        />
      </div>
    </Stack>
  );
}
