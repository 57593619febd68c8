import type { Translation } from "../en";
import { account } from "./account";
import { adminCatalogue } from "./adminCatalogue";
import { adminOrders } from "./adminOrders";
import { adminPeople } from "./adminPeople";
import { chat } from "./chat";
import { checkout } from "./checkout";
import { common } from "./common";
import { files } from "./files";
import { notifications } from "./notifications";
import { orderForm } from "./orderForm";
import { orders } from "./orders";
import { payouts } from "./payouts";
import { session } from "./session";
import { shell } from "./shell";
import { storefront } from "./storefront";
import { tracker } from "./tracker";
import { work } from "./work";

/** Deutsch. */
export const de: Translation = {
  account,
  adminCatalogue,
  adminOrders,
  adminPeople,
  chat,
  checkout,
  common,
  files,
  notifications,
  orderForm,
  orders,
  payouts,
  session,
  shell,
  storefront,
  tracker,
  work,
};
