import { Alert, Text } from "@mantine/core";
import { UserPen } from "lucide-react";
import type { ShopSettings } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { textOf } from "./draft";
import type { Field } from "./fields";

type Props = {
  /** Settings that somebody else changed. */
  others: Field[];
  /** Those of them that are changed here too. */
  clashes: Field[];
  settings: ShopSettings;
  onClose: () => void;
};

/** Says what somebody else changed while the form is open. */
export function News({ others, clashes, settings, onClose }: Props) {
  const t = useWords(common);
  const { settings: w } = useWords(adminPeople);
  const named = (fields: Field[]) =>
    fields.map((field) => `${w.names[field.name]}: ${textOf(field, settings[field.name])}`).join(" · ");
  return (
    <Alert
      role="status"
      variant="light"
      color="blue"
      icon={<UserPen />}
      title={w.othersChanged}
      withCloseButton
      closeButtonLabel={t.close}
      onClose={onClose}
    >
      {others.length > 0 && <Text size="sm">{named(others)}</Text>}
      {clashes.length > 0 && (
        <Text size="sm" mt={4}>
          {w.clashes} {named(clashes)}
        </Text>
      )}
    </Alert>
  );
}
