import { Stack, Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { ClipboardList, Files as FilesIcon, HardHat, History, type LucideIcon, MessageSquare } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { Chat } from "@/features/chat/Chat";
import { Files } from "@/features/files/Files";
import { Timeline } from "@/features/tracker/Timeline";
import { orders } from "@/i18n/en/orders";
import { tracker } from "@/i18n/en/tracker";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import classes from "./OrderSections.module.css";
import { Overview, type OverviewProps } from "./Overview";
import { PartSkeleton } from "./PartSkeleton";
import { isTab, type Tab } from "./tabs";
import { useIsWide } from "./useIsWide";
import { useUnseen } from "./useUnseen";

// Customers don't load what workers and administrators do.
const WorkPart = lazy(() => import("./WorkPart").then((module) => ({ default: module.WorkPart })));
const AuditPart = lazy(() => import("./AuditPart").then((module) => ({ default: module.AuditPart })));

const route = getRouteApi("/signed-in/orders/$orderId");

type Section = { id: Tab; label: string; icon: LucideIcon; content: ReactNode };

/** Everything that belongs to an order: two columns on wide screens, tabs on phones. */
export function OrderSections(props: OverviewProps) {
  const { order, parties, viewer } = props;
  const t = useWords(orders);
  const words = useWords(tracker);
  const isWide = useIsWide();
  const isParty = parties.owner || parties.assignee || parties.admin;
  const worksHere = viewer !== null && viewer.role !== "CUSTOMER";
  const overview = <Overview {...props} />;
  const work = worksHere && <WorkPart order={order} parties={parties} />;
  const chat = isParty && <Chat orderId={order.id} />;
  const files = <Files order={order} />;
  const history = (
    <Stack gap="lg">
      <Card title={words.history}>
        <Timeline orderId={order.id} />
      </Card>
      {parties.admin && (
        <Suspense fallback={<PartSkeleton />}>
          <AuditPart orderId={order.id} />
        </Suspense>
      )}
    </Stack>
  );
  if (isWide) {
    return (
      <div className={classes.columns}>
        <Stack gap="lg">
          {overview}
          {files}
        </Stack>
        {/* The column comes as one: the chat would be pushed away by what is above it. */}
        <Suspense fallback={<PartSkeleton />}>
          <Stack gap="lg">
            {work}
            {chat}
            {history}
          </Stack>
        </Suspense>
      </div>
    );
  }
  const sections: (Section | false)[] = [
    { id: "order", label: t.tabs.order, icon: ClipboardList, content: overview },
    work && { id: "work", label: t.tabs.work, icon: HardHat, content: work },
    chat && { id: "chat", label: t.tabs.chat, icon: MessageSquare, content: chat },
    { id: "files", label: t.tabs.files, icon: FilesIcon, content: files },
    { id: "history", label: t.tabs.history, icon: History, content: history },
  ];
  return <TabbedSections orderId={order.id} sections={sections.filter((section) => section !== false)} />;
}

function TabbedSections({ orderId, sections }: { orderId: string; sections: Section[] }) {
  const t = useWords(orders);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const shown = sections.find(({ id }) => id === search.tab) ?? sections[0];
  const unseen = useUnseen(orderId, shown?.id === "chat");
  const choose = (tab: string | null) => {
    if (!isTab(tab)) return;
    void navigate({ search: { tab: tab === "order" ? undefined : tab }, replace: true, resetScroll: false });
  };
  return (
    <Tabs value={shown?.id ?? null} onChange={choose} classNames={{ list: classes.tabs, panel: classes.panel }}>
      <Tabs.List aria-label={t.sections}>
        {sections.map(({ id, label, icon: Icon }) => (
          <Tabs.Tab key={id} value={id} leftSection={<Icon size={16} aria-hidden="true" />}>
            {label}
            {id === "chat" && unseen > 0 && (
              <span className={classes.unseen}>
                <span aria-hidden="true">{unseen}</span>
                <span className={classes.spoken}>{t.newMessages(unseen)}</span>
              </span>
            )}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {sections.map(({ id, content }) => (
        <Tabs.Panel key={id} value={id}>
          <Suspense fallback={<PartSkeleton />}>{content}</Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
