import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import { useUser } from "@/api/useSession";
import { useCatchUp, useLive } from "@/live/useLive";
import { PATHS } from "./paths";

/** The worker's categories, limit and open orders, kept up to date. */
export function useWorkload() {
  const me = useUser()?.id;
  const query = $api.useQuery("get", PATHS.workload, {});
  useLive("order:updated", ({ assignee }) => {
    if (assignee?.id === me) refetchSoon(PATHS.workload);
  });
  useCatchUp(() => refetchSoon(PATHS.workload));
  return query;
}
