import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { newQueryClient } from "@/api/queryClient";

/** Shows a component as a page does, with a router that accepts every link. Returns a user who types and clicks. */
export function show(element: ReactNode) {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/", component: () => element });
  const other = createRoute({ getParentRoute: () => root, path: "$", component: () => "another page" });
  const router = createRouter({
    routeTree: root.addChildren([page, other]),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  const client = newQueryClient();
  client.setDefaultOptions({ queries: { retry: false } });
  const view = render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        {/* biome-ignore lint/suspicious/noExplicitAny: not the registered router */}
        <RouterProvider router={router as any} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...view, router, client, user: userEvent.setup() };
}
