import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import { useUser } from "@/api/useSession";
import { useCatchUp, useLive } from "@/live/useLive";
import { PATHS } from "./paths";

/** How many messages of each order the worker has not read. One call tells it for all. */
export function useUnread(): ReadonlyMap<string, number> {
  const me = useUser()?.id;
  const { data } = $api.useQuery("get", PATHS.conversations, { params: { query: { limit: 100 } } });
  useLive("chat:message", ({ author }) => {
    if (author?.id !== me) refetchSoon(PATHS.conversations);
  });
  useLive("chat:read", ({ userId }) => {
    if (userId === me) refetchSoon(PATHS.conversations);
  });
  useCatchUp(() => refetchSoon(PATHS.conversations));
  return new Map(data?.items.map(({ orderId, unread }) => [orderId, unread]));
}
