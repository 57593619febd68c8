import { Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useId } from "react";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { CARRIERS, type ShipmentDraft } from "./shipping";
import classes from "./Work.module.css";

type Name = "carrier" | "trackingNumber" | "trackingUrl" | "note";

type Props = {
  /** The form's properties of a field. */
  input: (name: Name) => ReturnType<UseFormReturnType<ShipmentDraft>["getInputProps"]>;
};

/** Who brings a shipment, and how to follow it. */
export function CarrierFields({ input }: Props) {
  const t = useWords(work).ship;
  const carriers = useId();
  return (
    <>
      <div className={classes.filters}>
        <TextInput label={t.carrier} list={carriers} maxLength={100} autoComplete="off" {...input("carrier")} />
        <TextInput label={t.number} maxLength={100} autoComplete="off" {...input("trackingNumber")} />
      </div>
      <datalist id={carriers}>
        {CARRIERS.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <TextInput label={t.url} description={t.urlHint} type="url" maxLength={500} {...input("trackingUrl")} />
      <Textarea
        label={t.note}
        description={t.noteHint}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={2000}
        {...input("note")}
      />
    </>
  );
}
