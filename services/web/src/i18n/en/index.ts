import type { account } from "./account";
import type { adminCatalogue } from "./adminCatalogue";
import type { adminOrders } from "./adminOrders";
import type { adminPeople } from "./adminPeople";
import type { chat } from "./chat";
import type { checkout } from "./checkout";
import type { common } from "./common";
import type { files } from "./files";
import type { notifications } from "./notifications";
import type { orderForm } from "./orderForm";
import type { orders } from "./orders";
import type { payouts } from "./payouts";
import type { session } from "./session";
import type { shell } from "./shell";
import type { storefront } from "./storefront";
import type { tracker } from "./tracker";
import type { work } from "./work";

/** The texts of all parts, which another language has to have too. Only types: pages import the parts that they show. */
export type Translation = {
  account: Text<typeof account>;
  adminCatalogue: Text<typeof adminCatalogue>;
  adminOrders: Text<typeof adminOrders>;
  adminPeople: Text<typeof adminPeople>;
  chat: Text<typeof chat>;
  checkout: Text<typeof checkout>;
  common: Text<typeof common>;
  files: Text<typeof files>;
  notifications: Text<typeof notifications>;
  orderForm: Text<typeof orderForm>;
  orders: Text<typeof orders>;
  payouts: Text<typeof payouts>;
  session: Text<typeof session>;
  shell: Text<typeof shell>;
  storefront: Text<typeof storefront>;
  tracker: Text<typeof tracker>;
  work: Text<typeof work>;
};

/** The texts without the name of their part. */
type Text<T> = Omit<T, "part">;
