import { InputBase, TextInput } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { useMemo } from "react";
import { common } from "@/i18n/en/common";
import { orderForm } from "@/i18n/en/orderForm";
import { useLanguage, useWords } from "@/i18n/language";
import { countries } from "@/ui/countries";
import type { FormHandle } from "./form";
import classes from "./OrderForm.module.css";

/** Where goods are sent. */
export function AddressFields({ form }: { form: FormHandle }) {
  const t = useWords(common);
  const w = useWords(orderForm);
  const language = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names are in the chosen language
  const list = useMemo(() => countries(), [language]);
  const optional = (label: string) => `${label} (${t.optional})`;
  const text = (name: "recipient" | "line1" | "line2" | "postalCode" | "city" | "region", autoComplete: string) => ({
    autoComplete: `shipping ${autoComplete}`,
    ...form.getInputProps(name),
  });
  return (
    <fieldset className={classes.fields}>
      <legend className={classes.legend}>{w.address}</legend>
      <TextInput label={w.line1} maxLength={200} required {...text("line1", "address-line1")} />
      <TextInput label={optional(w.line2)} maxLength={200} {...text("line2", "address-line2")} />
      <div className={classes.pair}>
        <TextInput label={optional(w.postalCode)} maxLength={20} {...text("postalCode", "postal-code")} />
        <TextInput label={w.city} maxLength={100} required {...text("city", "address-level2")} />
        <TextInput label={optional(w.region)} maxLength={100} {...text("region", "address-level1")} />
        <InputBase
          component="select"
          label={w.country}
          pointer
          required
          rightSection={<ChevronDown size={16} aria-hidden="true" />}
          rightSectionPointerEvents="none"
          autoComplete="shipping country"
          {...form.getInputProps("country")}
        >
          <option value="" disabled>
            {w.chooseCountry}
          </option>
          {list.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </InputBase>
      </div>
      <TextInput
        label={optional(w.recipient)}
        description={w.recipientHint}
        maxLength={200}
        {...text("recipient", "name")}
      />
    </fieldset>
  );
}
