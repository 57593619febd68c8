import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import type { Notification } from "@/api/schema";
import { useUser } from "@/api/useSession";
import type { Change } from "./changes";
import { COUNT, reloadInbox, showChange, tellTabs } from "./inboxQueries";

/** What the user can do with notifications. It is shown at once, in the other tabs too. */
export function useInboxActions() {
  const client = useQueryClient();
  const user = useUser()?.id;
  const show = (change: Change) => {
    showChange(client, change);
    if (user) tellTabs({ user, change });
  };
  const readAll = useMutation({
    mutationFn: () => body(api.POST("/api/v1/notifications/read-all")),
    onSuccess: () => show({ kind: "allRead", at: new Date().toISOString() }),
  });
  return {
    readAll,
    /** Marks one as read; a failure only shows it as unread again. */
    read({ id, readAt }: Notification): void {
      if (readAt !== null) return;
      show({ kind: "read", id, at: new Date().toISOString(), unread: true });
      api.PATCH("/api/v1/notifications/{id}/read", { params: { path: { id } } }).catch(() => reloadInbox(client));
    },
    async remove({ id, readAt }: Notification): Promise<void> {
      try {
        await api.DELETE("/api/v1/notifications/{id}", { params: { path: { id } } });
      } catch (error) {
        // Deleted in another tab, or on another device.
        if (!isCode(error, "NOT_FOUND")) throw error;
      }
      show({ kind: "gone", id, unread: readAt === null });
      // It may have been read meanwhile.
      void client.invalidateQueries({ queryKey: ["get", COUNT] });
    },
  };
}
