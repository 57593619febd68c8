import type {
  CatchUpAnswer,
  CatchUpRequest,
  ChangeRequest,
  ChatReadAnswer,
  ChatReadEvent,
  ChatReadRequest,
  ChatSendAnswer,
  ChatSendRequest,
  ChatTypingEvent,
  ChatTypingRequest,
  File,
  Invoice,
  Message,
  Note,
  Notification,
  Order,
  OrderClaimedEvent,
  OrderStatusEvent,
  OrderUnavailableEvent,
  OrderUnwatchRequest,
  OrderWatchAnswer,
  OrderWatchRequest,
  Payment,
  Payout,
  PresenceEvent,
  ProductEvent,
  Progress,
  SessionEndedEvent,
  Shipment,
  ShopSettings,
  StockLowEvent,
} from "@/api/schema";

/** Events from the server and their payloads; /api-docs/live describes them. */
export type ServerEvents = {
  "order:created": Order;
  "order:updated": Order;
  "order:status": OrderStatusEvent;
  "order:available": Order;
  "order:unavailable": OrderUnavailableEvent;
  "order:claimed": OrderClaimedEvent;
  "order:note": Note;
  "order:progress": Progress;
  "change-request:created": ChangeRequest;
  "change-request:decided": ChangeRequest;
  "file:added": File;
  "file:deleted": File;
  "shipment:updated": Shipment;
  "invoice:issued": Invoice;
  "payment:updated": Payment;
  "payout:updated": Payout;
  "product:updated": ProductEvent;
  "stock:low": StockLowEvent;
  "settings:changed": ShopSettings;
  "notification:new": Notification;
  "chat:message": Message;
  "chat:read": ChatReadEvent;
  "chat:typing": ChatTypingEvent;
  presence: PresenceEvent;
  /** Events may have been lost. */
  sync: Record<string, never>;
  "session:ended": SessionEndedEvent;
};

type Acknowledged = { ok: true };

/** Events from the client: payload and acknowledgement. */
export type ClientEvents = {
  "order:watch": [OrderWatchRequest, OrderWatchAnswer];
  "order:unwatch": [OrderUnwatchRequest, Acknowledged];
  "catch-up": [CatchUpRequest, CatchUpAnswer];
  "chat:send": [ChatSendRequest, ChatSendAnswer];
  "chat:typing": [ChatTypingRequest, Acknowledged];
  "chat:read": [ChatReadRequest, ChatReadAnswer];
};

export type ServerEvent = keyof ServerEvents;
export type ClientEvent = keyof ClientEvents;
