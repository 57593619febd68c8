import { useQuery } from "@tanstack/react-query";
import { orderOptions } from "@/api/orders";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { shortId } from "@/ui/names";

/** A link to an order of which only the id is known. `load`: looks up its number. */
export function OrderLink({ id, load = true }: { id: string; load?: boolean }) {
  const t = useWords(adminOrders);
  const { data } = useQuery({ ...orderOptions(id), enabled: load });
  return (
    <TextLink to="/orders/$orderId" params={{ orderId: id }} className="code">
      {data?.orderNumber ?? t.orderOf(shortId(id))}
    </TextLink>
  );
}
