import { useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { User, WorkerEntry } from "@/api/schema";
import { WORKERS } from "@/api/workers";

export const USERS = "/api/v1/admin/users";
export const USER = "/api/v1/admin/users/{id}";
export const USER_ROLE = "/api/v1/admin/users/{id}/role";
export const WORKER = "/api/v1/admin/workers/{id}";
export const AUDIT = "/api/v1/admin/audit-log";

/** The query of one account. */
export function userOptions(id: string) {
  return $api.queryOptions("get", USER, { params: { path: { id } } });
}

/** The query of one worker. Accounts that never were workers have none. */
export function workerOptions(id: string) {
  return $api.queryOptions("get", WORKER, { params: { path: { id } } });
}

/** What to show again after a change of an account or a worker. */
export function usePeople() {
  const client = useQueryClient();
  const reload = (...paths: string[]) =>
    Promise.all(paths.map((path) => client.invalidateQueries({ queryKey: ["get", path] })));
  return {
    /** After the server changed an account. Its audit log and its entry as a worker follow. */
    showUser(user: User): void {
      client.setQueryData<User>(userOptions(user.id).queryKey, user);
      void reload(USERS, WORKERS, WORKER, AUDIT);
    },
    showWorker(worker: WorkerEntry): void {
      client.setQueryData<WorkerEntry>(workerOptions(worker.id).queryKey, worker);
      void reload(WORKERS, AUDIT);
    },
    /** After a refusal that says that something else is known to the server. */
    reload: () => reload(USERS, USER, WORKERS, WORKER),
  };
}
