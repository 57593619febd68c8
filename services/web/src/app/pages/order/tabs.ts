import { type Infer, object } from "@/ui/searchFields";

const TABS = ["order", "work", "chat", "files", "history"] as const;

/** The parts of an order's page, which are tabs on phones. */
export type Tab = (typeof TABS)[number];

export function isTab(given: unknown): given is Tab {
  return TABS.some((tab) => tab === given);
}

/** The address of an order: which part a phone shows. */
export const orderSearch = object({
  tab: (given: unknown): Tab | undefined => (isTab(given) ? given : undefined),
});

export type OrderSearch = Infer<typeof orderSearch>;
