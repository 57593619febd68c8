import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { PlacedOrder } from "@/api/schema";
import { ProductPicture } from "@/features/catalogue/ProductPicture";
import { OrderForm } from "@/features/orderForm/OrderForm";
import { signIn } from "@/features/session/signIn";
import { takeCart } from "@/features/session/takeCart";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { isPayable } from "@/ui/orderFacts";
import { Page } from "@/ui/Page";

const route = getRouteApi("/public/order");

/** Orders products, the cart, or something of one's own. */
export function OrderFormPage() {
  const w = useWords(orderForm);
  const navigate = route.useNavigate();
  // Taken over once: after a reload, the draft counts.
  const search = route.useSearch();
  const [start] = useState(search);
  useEffect(() => {
    const asks = Object.values(start).some((value) => value !== undefined);
    if (asks) void navigate({ search: {}, replace: true, resetScroll: false });
  }, [navigate, start]);
  const onPlaced = (order: PlacedOrder) => {
    // With a new account, what is still in the cart goes along.
    if (order.auth?.user) void takeCart();
    const params = { orderId: order.id };
    if (isPayable(order)) void navigate({ to: "/pay/$orderId", params, replace: true });
    else void navigate({ to: "/placed/$orderId", params, replace: true });
  };
  return (
    <Page title={w.pageTitle}>
      <OrderForm
        start={start}
        signIn={signIn}
        onPlaced={onPlaced}
        picture={(product) => <ProductPicture product={product} size="thumb" />}
      />
    </Page>
  );
}
