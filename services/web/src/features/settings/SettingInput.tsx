import { Checkbox, Group, Switch, Text, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import type { Draft, Typed } from "./draft";
import { FILE_TYPES, type Field } from "./fields";
import { QuantityInput } from "./QuantityInput";
import type { Quantity, Unit } from "./units";

type Props = { field: Field; form: UseFormReturnType<Draft> };

/** One setting: what it is called, what it does, and its value. */
export function SettingInput({ field, form }: Props) {
  const { settings: w } = useWords(adminPeople);
  const label = w.names[field.name];
  const description = w.help[field.name];
  const input = form.getInputProps(field.name);
  const value: Typed = form.values[field.name];
  switch (field.kind) {
    case "time":
    case "size":
      return (
        <QuantityInput
          {...input}
          label={label}
          description={description}
          value={value as Quantity}
          units={offered(field.kind, (value as Quantity).unit)}
        />
      );
    case "switch":
      return (
        <Switch {...form.getInputProps(field.name, { type: "checkbox" })} label={label} description={description} />
      );
    case "types":
      return (
        <Checkbox.Group {...input} label={label} description={description}>
          <Group mt="xs">
            {FILE_TYPES.map((type) => (
              <Checkbox key={type} value={type} label={type} />
            ))}
          </Group>
        </Checkbox.Group>
      );
    case "optional": {
      const shared = { ...input, label, description, maxLength: field.max, autoComplete: "off" };
      return field.lines ? <Textarea {...shared} autosize minRows={2} /> : <TextInput {...shared} />;
    }
    case "text":
    case "currency":
      return (
        <TextInput
          {...input}
          label={label}
          description={description}
          maxLength={field.kind === "text" ? field.max : 3}
          autoComplete="off"
          autoCapitalize={field.kind === "currency" ? "characters" : undefined}
        />
      );
    default:
      return (
        <TextInput
          {...input}
          label={label}
          description={description}
          inputMode={field.kind === "percent" ? "decimal" : "numeric"}
          autoComplete="off"
          rightSection={field.kind === "percent" ? <Text c="dimmed">%</Text> : undefined}
        />
      );
  }
}

/** Seconds and bytes are offered where they are needed already. */
function offered(kind: "time" | "size", unit: Unit): Unit[] {
  const usual: Unit[] = kind === "time" ? ["minutes", "hours", "days"] : ["kibibytes", "mebibytes"];
  return usual.includes(unit) ? usual : [unit, ...usual];
}
