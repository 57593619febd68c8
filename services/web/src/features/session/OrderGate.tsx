import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { isCode } from "@/api/failure";
import type { Order } from "@/api/schema";
import { FailureNote } from "@/ui/Failure";
import { Closed } from "./Closed";

type Props = {
  /** The query of the order. */
  query: { data: Order | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  /** Where to come back to after signing in. */
  next: string;
  children: (order: Order) => ReactNode;
};

/** An order on a public page: for its customer, signed in or by a guest's token; others are told how to open it. */
export function OrderGate({ query, next, children }: Props) {
  const { data, error, isPending } = query;
  if (isCode(error, "UNAUTHENTICATED")) return <Closed next={next} />;
  if (data) return children(data);
  if (isPending) return <Skeleton height="24rem" />;
  return <FailureNote error={error} onRetry={() => void query.refetch()} />;
}
