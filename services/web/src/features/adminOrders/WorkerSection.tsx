import { Button, Group, Stack, Text } from "@mantine/core";
import { Undo2, UserPlus } from "lucide-react";
import { useState } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { AssignForm } from "./AssignForm";
import { ReleaseForm } from "./ReleaseForm";
import { isReleasable, notAssignable } from "./transitions";

/** Who works on the order, and the ways to change it. */
export function WorkerSection({ order }: { order: Order }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [open, setOpen] = useState<"assign" | "release" | null>(null);
  const why = notAssignable(order);
  const close = () => setOpen(null);
  const toggle = (form: "assign" | "release") => setOpen(open === form ? null : form);
  return (
    <Card title={c.worker}>
      <Stack gap="sm">
        <Text>
          {order.assignee ? (
            <>
              <strong>{order.assignee.name}</strong> {t.worksOnIt}
            </>
          ) : (
            c.nobody
          )}
        </Text>
        {why && (
          <Text size="sm" c="dimmed">
            {t.notAssignable[why]}
          </Text>
        )}
        <Group gap="xs">
          {!why && (
            <Button
              size="sm"
              variant={order.assignee ? "default" : "filled"}
              leftSection={<UserPlus size={16} aria-hidden="true" />}
              aria-expanded={open === "assign"}
              onClick={() => toggle("assign")}
            >
              {order.assignee ? t.reassign : t.assignToWorker}
            </Button>
          )}
          {isReleasable(order) && (
            <Button
              size="sm"
              variant="default"
              leftSection={<Undo2 size={16} aria-hidden="true" />}
              aria-expanded={open === "release"}
              onClick={() => toggle("release")}
            >
              {t.release}
            </Button>
          )}
        </Group>
        {/* A form stays when others change the order meanwhile, with what was typed. */}
        {open === "assign" && <AssignForm order={order} onDone={close} onCancel={close} />}
        {open === "release" && <ReleaseForm order={order} onDone={close} onCancel={close} />}
      </Stack>
    </Card>
  );
}
