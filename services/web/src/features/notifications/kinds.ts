import {
  BadgeCheck,
  Ban,
  Banknote,
  Bell,
  Boxes,
  CheckCheck,
  CircleAlert,
  ClipboardPlus,
  HandCoins,
  Inbox,
  KeyRound,
  type LucideIcon,
  PackageCheck,
  Radio,
  RefreshCw,
  Repeat2,
  Scale,
  StickyNote,
  Tag,
  TimerOff,
  TrendingUp,
  Truck,
  Undo2,
  UserCheck,
} from "lucide-react";
import type { NotificationType } from "@/api/schema";
import type { Tone } from "@/ui/Stamp";

const KINDS: Record<NotificationType, [LucideIcon, Tone]> = {
  ORDER_PLACED: [ClipboardPlus, "waiting"],
  ORDER_PAID: [Banknote, "done"],
  ORDER_CLAIMED: [UserCheck, "working"],
  ORDER_ASSIGNED: [UserCheck, "working"],
  ORDER_REPLACED: [Repeat2, "over"],
  ORDER_NOTE: [StickyNote, "working"],
  ORDER_PROGRESS: [TrendingUp, "working"],
  ORDER_STATUS: [RefreshCw, "held"],
  ORDER_COMPLETED: [CheckCheck, "done"],
  ORDER_CANCELLED: [Ban, "over"],
  ORDER_EXPIRED: [TimerOff, "over"],
  ORDER_AVAILABLE: [Radio, "working"],
  ORDER_SHIPPED: [Truck, "working"],
  ORDER_DELIVERED: [PackageCheck, "done"],
  STOCK_LOW: [Boxes, "waiting"],
  PAYMENT_FAILED: [CircleAlert, "bad"],
  PAYMENT_REFUNDED: [Undo2, "over"],
  CHANGE_REQUEST: [Inbox, "waiting"],
  CHANGE_REQUEST_DECIDED: [BadgeCheck, "done"],
  QUOTE_REQUESTED: [Tag, "waiting"],
  QUOTE_OFFERED: [Tag, "working"],
  QUOTE_WITHDRAWN: [Tag, "over"],
  QUOTE_ACCEPTED: [Tag, "done"],
  QUOTE_EXPIRED: [TimerOff, "over"],
  PASSWORD_CHANGED: [KeyRound, "held"],
  PAYOUT_PAID: [HandCoins, "done"],
  PAYOUT_FAILED: [CircleAlert, "bad"],
  PAYMENT_DIFFERENCE: [Scale, "bad"],
};

/** Icon and tone of a type; of one that a newer server sends, the bell. */
export function kindOf(type: NotificationType): [LucideIcon, Tone] {
  return KINDS[type] ?? [Bell, "over"];
}
