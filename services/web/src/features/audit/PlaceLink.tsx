import type { ReactNode } from "react";
import { TextLink } from "@/ui/links";
import type { Place } from "./targets";

/** A link to what an act was about. */
export function PlaceLink({ place, children }: { place: Place; children: ReactNode }) {
  switch (place.page) {
    case "order":
      return (
        <TextLink to="/orders/$orderId" params={{ orderId: place.id }} className="code">
          {children}
        </TextLink>
      );
    case "product":
      return (
        <TextLink to="/admin/products/$productId" params={{ productId: place.id }}>
          {children}
        </TextLink>
      );
    case "user":
      return (
        <TextLink to="/admin/users/$userId" params={{ userId: place.id }}>
          {children}
        </TextLink>
      );
    default:
      return <TextLink to={`/admin/${place.page}`}>{children}</TextLink>;
  }
}
