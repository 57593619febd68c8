import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { OF_ORDER, orderOptions, showOrder } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import type { Order, Person, PresenceEvent } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { useCatchUp, useLive, useLiveStatus } from "@/live/useLive";
import { useWatch } from "@/live/useWatch";

/** Who is there after somebody came or went. */
export function afterPresence(present: Person[], { user, online }: Pick<PresenceEvent, "user" | "online">): Person[] {
  const others = present.filter(({ id }) => id !== user.id);
  return online ? [...others, user] : others;
}

/** An order, kept up to date while it is shown: its own state by events, what belongs to it by loading it again. */
export function useLiveOrder(orderId: string) {
  const client = useQueryClient();
  const query = useQuery(orderOptions(orderId));
  const [present, setPresent] = useState<Person[]>([]);
  const user = useUser();
  const isLive = useLiveStatus() === "online";
  const { queryKey } = orderOptions(orderId);

  const take = (order: Order) => {
    if (order.id === orderId) showOrder(order, client);
  };
  const reload = (id: string | null, ...paths: string[]) => {
    if (id === orderId) refetchSoon(...paths);
  };
  useWatch(
    orderId,
    () => ({ since: client.getQueryData<Order>(queryKey)?.version }),
    ({ order, present: people, missed }) => {
      take(order);
      setPresent(people);
      if (missed.length > 0) refetchSoon(...Object.values(OF_ORDER));
    },
  );
  // Notes, files and the like don't change the order's version.
  useCatchUp(() => refetchSoon(...Object.values(OF_ORDER)));
  useLive("order:updated", take);
  // The order went to another worker, or back to the pool: what this one may see of it has changed.
  const lookAgain = (id: string) => {
    if (id === orderId) void client.invalidateQueries({ queryKey });
  };
  useLive("order:claimed", (event) => lookAgain(event.orderId));
  useLive("order:available", (order) => lookAgain(order.id));
  useLive("order:note", (note) => reload(note.orderId, OF_ORDER.notes));
  useLive("order:progress", (step) => reload(step.orderId, OF_ORDER.progress));
  useLive("file:added", (file) => reload(file.orderId, OF_ORDER.media));
  useLive("file:deleted", (file) => reload(file.orderId, OF_ORDER.media));
  useLive("shipment:updated", (shipment) => reload(shipment.orderId, OF_ORDER.shipments));
  useLive("invoice:issued", (invoice) => reload(invoice.orderId, OF_ORDER.invoices));
  useLive("payment:updated", (payment) => reload(payment.orderId, OF_ORDER.payments));
  useLive("change-request:created", (request) => reload(request.orderId, OF_ORDER.requests));
  useLive("change-request:decided", (request) => reload(request.orderId, OF_ORDER.requests));
  useLive("presence", (event) => {
    if (event.orderId === orderId) setPresent((people) => afterPresence(people, event));
  });
  const others = isLive ? present.filter(({ id }) => id !== user?.id) : [];
  return { query, present: others };
}
