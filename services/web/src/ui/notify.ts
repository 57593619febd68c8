import { notifications } from "@mantine/notifications";
import { failureText } from "./Failure";

/** Short messages in the corner; the shell shows them. */
export const notify = {
  ok(message: string): void {
    notifications.show({ message, color: "green", autoClose: 4000 });
  },
  failure(error: unknown): void {
    const { title, hint, requestId } = failureText(error);
    const message = [hint, requestId].filter(Boolean).join(" · ") || undefined;
    notifications.show({ title, message, color: "red", autoClose: 10_000 });
  },
};
