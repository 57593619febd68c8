import { createRouter } from "@tanstack/react-router";
import { accountRoutes } from "./routes/account";
import { adminCatalogueRoutes } from "./routes/adminCatalogue";
import { adminOrdersRoutes } from "./routes/adminOrders";
import { adminPeopleRoutes } from "./routes/adminPeople";
import { checkoutRoutes } from "./routes/checkout";
import { adminRoute, publicRoute, signedInRoute } from "./routes/layouts";
import { ordersRoutes } from "./routes/orders";
import { rootRoute } from "./routes/root";
import { storefrontRoutes } from "./routes/storefront";
import { workerRoutes } from "./routes/worker";

const routeTree = rootRoute.addChildren([
  publicRoute.addChildren([...storefrontRoutes, ...checkoutRoutes]),
  signedInRoute.addChildren([
    ...ordersRoutes,
    ...accountRoutes,
    ...workerRoutes,
    adminRoute.addChildren([...adminOrdersRoutes, ...adminCatalogueRoutes, ...adminPeopleRoutes]),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingMs: 300,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
