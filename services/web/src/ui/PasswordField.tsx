import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { session } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";

/** A password, which can be shown while typing it, by keyboard too. */
export function PasswordField(props: PasswordInputProps) {
  const w = useWords(session);
  return (
    <PasswordInput
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ "aria-label": w.showPassword }}
      maxLength={128}
      {...props}
    />
  );
}
