import { Notifications } from "@mantine/notifications";

/** Where toasts appear. What `notify` shows before this is loaded waits for it. */
export function Toasts() {
  return <Notifications position="bottom-right" />;
}
