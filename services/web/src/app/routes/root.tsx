import { createRootRoute, Outlet } from "@tanstack/react-router";
import { PublicLayout } from "../PublicLayout";
import { ErrorPage, NotFoundPage } from "../pages/ErrorPages";

export const rootRoute = createRootRoute({
  component: Outlet,
  errorComponent: ErrorPage,
  notFoundComponent: () => (
    <PublicLayout>
      <NotFoundPage />
    </PublicLayout>
  ),
});
