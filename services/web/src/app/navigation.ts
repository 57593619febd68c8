import {
  BadgeCheck,
  Bell,
  BookOpenText,
  ChartColumn,
  CircleUser,
  ClipboardList,
  CreditCard,
  FileClock,
  FolderTree,
  Gauge,
  HandCoins,
  HardHat,
  type LucideIcon,
  Mails,
  Package,
  PiggyBank,
  Radio,
  Scale,
  Settings,
  Stethoscope,
  Users,
} from "lucide-react";
import type { Role } from "@/api/schema";
import type { shell } from "@/i18n/en/shell";
import type { router } from "./router";

type Path = keyof (typeof router)["routesByPath"];
type Word = Exclude<
  { [K in keyof typeof shell]: (typeof shell)[K] extends string ? K : never }[keyof typeof shell],
  "part"
>;

export type Destination = { to: Path; word: Word; icon: LucideIcon; roles: Role[] };

const ADMIN: Role[] = ["ADMIN"];
const EVERYBODY: Role[] = ["CUSTOMER", "STAFF", "ADMIN"];

/** The pages of the main menu and of the palette, in order. */
export const DESTINATIONS: Destination[] = [
  { to: "/dashboard", word: "dashboard", icon: Gauge, roles: EVERYBODY },
  { to: "/orders", word: "orders", icon: ClipboardList, roles: ["CUSTOMER"] },
  { to: "/pool", word: "pool", icon: Radio, roles: ["STAFF"] },
  { to: "/work", word: "work", icon: HardHat, roles: ["STAFF"] },
  { to: "/earnings", word: "earnings", icon: PiggyBank, roles: ["STAFF"] },
  { to: "/admin/orders", word: "orders", icon: ClipboardList, roles: ADMIN },
  { to: "/admin/requests", word: "requests", icon: BadgeCheck, roles: ADMIN },
  { to: "/admin/payments", word: "payments", icon: CreditCard, roles: ADMIN },
  { to: "/admin/payouts", word: "payouts", icon: HandCoins, roles: ADMIN },
  { to: "/admin/differences", word: "differences", icon: Scale, roles: ADMIN },
  { to: "/admin/ledger", word: "ledger", icon: BookOpenText, roles: ADMIN },
  { to: "/admin/products", word: "catalogue", icon: Package, roles: ADMIN },
  { to: "/admin/categories", word: "categories", icon: FolderTree, roles: ADMIN },
  { to: "/admin/users", word: "users", icon: Users, roles: ADMIN },
  { to: "/admin/workers", word: "workers", icon: HardHat, roles: ADMIN },
  { to: "/admin/analytics", word: "analytics", icon: ChartColumn, roles: ADMIN },
  { to: "/admin/settings", word: "settings", icon: Settings, roles: ADMIN },
  { to: "/admin/audit", word: "audit", icon: FileClock, roles: ADMIN },
  { to: "/admin/mails", word: "mails", icon: Mails, roles: ADMIN },
  { to: "/admin/system", word: "system", icon: Stethoscope, roles: ADMIN },
  { to: "/notifications", word: "notifications", icon: Bell, roles: EVERYBODY },
  { to: "/account", word: "account", icon: CircleUser, roles: EVERYBODY },
];
