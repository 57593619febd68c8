/** Paths of what several parts of the work show, for queries and for loading them again. */
export const PATHS = {
  orders: "/api/v1/orders",
  pool: "/api/v1/orders/available",
  workload: "/api/v1/orders/workload",
  conversations: "/api/v1/chat/conversations",
  notifications: "/api/v1/notifications",
} as const;
