import { useNavigate } from "@tanstack/react-router";
import { PackageOpen } from "lucide-react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { TextLink } from "@/ui/links";
import { orderColumns } from "./orderColumns";

/** The newest orders, as they come in. */
export function RecentOrders({ orders }: { orders: Order[] | undefined }) {
  const t = useWords(adminOrders);
  const navigate = useNavigate();
  const all = (
    <TextLink to="/admin/orders" search={{}}>
      {t.allOrders}
    </TextLink>
  );
  return (
    <Card title={t.recentOrders} aside={all} flush>
      <DataTable
        label={t.recentOrders}
        columns={orderColumns(["what", "customer", "status", "payment", "total", "created"])}
        rows={orders}
        id={(order) => order.id}
        name={(order) => order.orderNumber}
        onOpen={({ id }) => void navigate({ to: "/orders/$orderId", params: { orderId: id } })}
        expected={10}
        empty={<Empty icon={<PackageOpen />} title={t.noOrders} hint={t.noOrdersHint} />}
      />
    </Card>
  );
}
