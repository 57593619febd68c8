import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

type Props = { icon?: ReactNode; title: string; hint?: ReactNode; action?: ReactNode };

/** Says that there is nothing, and what to do next. */
export function Empty({ icon, title, hint, action }: Props) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <span style={{ color: "var(--wb-soft)" }}>{icon}</span>
      <Title order={2} size="h3">
        {title}
      </Title>
      {hint && (
        <Text c="dimmed" maw="34rem">
          {hint}
        </Text>
      )}
      {action}
    </Stack>
  );
}
