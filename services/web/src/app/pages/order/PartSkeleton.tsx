import { Skeleton } from "@mantine/core";

/** A part of the page whose code is on its way. */
export function PartSkeleton() {
  return <Skeleton height="14rem" radius="md" />;
}
