import { Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import type { ShopSettings, ShopSettingsPatch } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { focusFirst, showErrors } from "@/ui/formErrors";
import { LeaveGuard } from "@/ui/LeaveGuard";
import { Ago } from "@/ui/Time";
import { changedFields, complaints, type Draft, draftOf, patchOf, rebased, undoOf } from "./draft";
import { type Field, GROUPS } from "./fields";
import { News } from "./News";
import { SETTINGS, useShowSettings } from "./queries";
import { SaveBar } from "./SaveBar";
import { SettingInput } from "./SettingInput";
import classes from "./SettingInput.module.css";

type Props = {
  settings: ShopSettings;
  /** Called when the server knows newer settings than these. */
  onStale: () => void;
};

type Saved = { before: ShopSettings; now: ShopSettings };
type Change = { patch: ShopSettingsPatch; before: ShopSettings };

/** All settings of the shop. Only what changed is sent; what others change meanwhile is taken over. */
export function SettingsForm({ settings, onStale }: Props) {
  const { settings: w } = useWords(adminPeople);
  const show = useShowSettings();
  // The settings that the form began with: what differs from them was typed here.
  const [base, setBase] = useState(settings);
  const [news, setNews] = useState<{ others: Field[]; clashes: Field[] } | null>(null);
  const [saved, setSaved] = useState<Saved | null>(null);
  const form = useForm<Draft>({ initialValues: draftOf(settings), validate: complaints });
  const changes = changedFields(form.values, base).map(({ name }) => w.names[name]);

  const begin = (next: ShopSettings, draft: Draft) => {
    setBase(next);
    form.setValues(draft);
  };
  const save = useMutation({
    mutationFn: ({ patch }: Change) => body(api.PATCH(SETTINGS, { body: patch })),
    onSuccess: (next, { before }) => {
      setSaved({ before, now: next });
      setNews(null);
      // What was typed while it was saved stays. The event of this change may have been faster.
      if (next.version > base.version) begin(next, rebased(form.getValues(), base, next).draft);
      show(next);
    },
    onError: (error) => {
      if (isCode(error, "VERSION_CONFLICT")) onStale();
      else showErrors(form, error);
    },
  });
  const follow = useEffectEvent((next: ShopSettings) => {
    if (next.version <= base.version) return;
    const { draft, others, clashes } = rebased(form.getValues(), base, next);
    begin(next, draft);
    if (others.length + clashes.length > 0) setNews({ others, clashes });
  });
  useEffect(() => follow(settings), [settings]);

  const submit = (draft: Draft) => {
    const patch = patchOf(draft, base);
    if (patch) save.mutate({ patch, before: base });
  };
  const undo = () => saved && save.mutate({ patch: undoOf(saved.before, saved.now), before: saved.now });
  const discard = () => {
    save.reset();
    form.clearErrors();
    form.setValues(draftOf(base));
  };
  return (
    <form onSubmit={form.onSubmit(submit, focusFirst(form))} noValidate>
      <LeaveGuard unsaved={changes.length > 0}>
        {w.leaveHint(changes.length)}
        <Text fw={600} mt="xs">
          {changes.join(", ")}
        </Text>
      </LeaveGuard>
      <Stack gap="lg">
        {base.version > 1 && (
          <Text c="dimmed" size="sm">
            {w.lastChanged} <Ago time={base.updatedAt} />
          </Text>
        )}
        {GROUPS.map(({ name, fields }) => (
          <Card key={name} title={w.groups[name]}>
            <div className={classes.group}>
              {fields.map((field) => (
                <SettingInput key={field.name} field={field} form={form} />
              ))}
            </div>
          </Card>
        ))}
        <Text c="dimmed" size="sm">
          {w.fromNowOn}
        </Text>
        <SaveBar
          changes={changes}
          saving={save.isPending}
          onDiscard={discard}
          saved={saved !== null}
          onUndo={saved?.now.version === base.version ? undo : undefined}
        >
          {news && <News {...news} settings={base} onClose={() => setNews(null)} />}
          {save.isError && <FailureNote error={save.error} />}
        </SaveBar>
      </Stack>
    </form>
  );
}
