import { Skeleton } from "@mantine/core";
import { type ComponentType, type LazyExoticComponent, lazy, Suspense } from "react";
import type { Role } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { orders } from "@/i18n/en/orders";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";
import { AtOnce } from "../AtOnce";

// Nobody loads the dashboard of another role.
const DASHBOARDS: Record<Role, LazyExoticComponent<ComponentType>> = {
  CUSTOMER: lazy(() => import("./order/CustomerHome").then((module) => ({ default: module.CustomerHome }))),
  STAFF: lazy(() => import("@/features/work/WorkerDashboard").then((module) => ({ default: module.WorkerDashboard }))),
  ADMIN: lazy(() =>
    import("@/features/adminOrders/AdminDashboard").then((module) => ({ default: module.AdminDashboard })),
  ),
};

/** The first page of everybody who signed in: what waits for them. */
export function DashboardPage() {
  const t = useWords(orders);
  const words = useWords(shell);
  const user = useUser();
  if (!user) return null;
  const Dashboard = DASHBOARDS[user.role];
  const skeleton = <Skeleton height="32rem" radius="md" />;
  return (
    <Page title={words.dashboard} subtitle={user.firstName ? t.hello(user.firstName) : undefined}>
      <Suspense fallback={skeleton}>
        {user.role === "ADMIN" ? (
          <Dashboard />
        ) : (
          <AtOnce skeleton={skeleton}>
            <Dashboard />
          </AtOnce>
        )}
      </Suspense>
    </Page>
  );
}
