import { Button, Group, Text } from "@mantine/core";
import { Volume2, VolumeX } from "lucide-react";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { testSound, turnSoundOff, turnSoundOn, useSoundState } from "./soundSwitch";

/** Turns the sound of new orders on, which plays it once, and says what keeps it silent. */
export function SoundSwitch() {
  const t = useWords(work).sound;
  const state = useSoundState();
  const isOff = state === "off";
  const Icon = isOff ? VolumeX : Volume2;
  return (
    <div>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<Icon size={16} aria-hidden="true" />}
          onClick={isOff ? () => void turnSoundOn() : turnSoundOff}
        >
          {isOff ? t.turnOn : t.turnOff}
        </Button>
        {state === "on" && (
          <Button variant="default" onClick={() => void testSound()}>
            {t.test}
          </Button>
        )}
        {state === "blocked" && <Button onClick={() => void testSound()}>{t.allow}</Button>}
      </Group>
      <Text size="sm" c="dimmed" mt={4} maw="24rem" role="status">
        {state === "off" ? null : t.states[state]}
      </Text>
    </div>
  );
}
