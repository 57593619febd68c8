import { Stack } from "@mantine/core";
import type { ReactNode } from "react";
import type { Order } from "@/api/schema";
import { CustomerSection } from "./CustomerSection";
import { OrderRequests } from "./OrderRequests";
import { StatusSection } from "./StatusSection";
import { WorkerSection } from "./WorkerSection";

type Props = {
  order: Order;
  /** The form of a price offer, for orders that wait for one. */
  pricing?: ReactNode;
};

/** What an administrator can do with an order: decide requests, give it to a worker, change its status, cancel it. */
export function AdminPanel({ order, pricing }: Props) {
  return (
    <Stack gap="lg">
      <OrderRequests order={order} />
      {pricing}
      <WorkerSection order={order} />
      <StatusSection order={order} />
      <CustomerSection order={order} />
    </Stack>
  );
}
