import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { Paperclip } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api } from "@/api/client";
import { isCode } from "@/api/failure";
import type { Order, File as OrderFile } from "@/api/schema";
import { useSession } from "@/api/useSession";
import { useShop } from "@/api/useShop";
import { files as words } from "@/i18n/en/files";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { useDelayedDelete } from "@/ui/useDelayedDelete";
import { FileList } from "./FileList";
import { canShow, newTab, showIn } from "./links";
import { isCustomer, type Purpose, purposesFor, type Reader } from "./rights";
import { UploadArea } from "./UploadArea";
import { UploadList } from "./UploadList";
import { useUploads } from "./uploads";
import { useFiles } from "./useFiles";

/** Its dialog belongs to the shell: public pages do not load it. */
const Preview = lazy(() => import("./Preview").then(({ Preview: component }) => ({ default: component })));

/** The files of an order: what the customer sends, and what the shop's people do. */
export function Files({ order }: { order: Order }) {
  return <OrderFiles key={order.id} order={order} />;
}

function OrderFiles({ order }: { order: Order }) {
  const w = useWords(words);
  const reader = useReader(order);
  const { files, error, retry, added, gone, older } = useFiles(order.id);
  const limits = useShop();
  const [announced, setAnnounced] = useState("");
  const { items, queue } = useUploads(order.id, limits, (file) => {
    added(file);
    setAnnounced(w.uploaded(file.name));
  });
  const deletion = useDelayedDelete(async (id) => {
    await remove(id);
    gone(id);
  });
  const purposes = purposesFor(order, reader);
  const [chosen, setPurpose] = useState<Purpose | null>(null);
  const purpose = purposes.find((one) => one === chosen) ?? purposes[0];
  const view = useView(files);
  return (
    <Card title={w.title}>
      <Stack gap="md">
        {purpose && (
          <UploadArea
            purposes={purposes}
            purpose={purpose}
            onPurpose={setPurpose}
            limits={limits}
            hidesResults={order.status !== "COMPLETED"}
            onFiles={(chosenFiles) => queue.add(chosenFiles, purpose)}
          />
        )}
        <UploadList items={items} queue={queue} limits={limits} />
        {error && <FailureNote error={error} onRetry={retry} />}
        {view.error && <FailureNote error={view.error} />}
        {!files && !error && <Loading />}
        {files?.length === 0 && items.length === 0 && (
          <Empty
            icon={<Paperclip aria-hidden="true" />}
            title={w.empty}
            hint={purpose && (isCustomer(order, reader) ? w.emptyForCustomer : w.emptyForStaff)}
          />
        )}
        {files && files.length > 0 && (
          <FileList order={order} reader={reader} files={files} deletion={deletion} onShow={view.show} older={older} />
        )}
      </Stack>
      <VisuallyHidden role="status">{announced}</VisuallyHidden>
      {view.preview}
    </Card>
  );
}

/** Deletes a file; one that is gone already needs nothing. */
async function remove(id: string): Promise<void> {
  try {
    await api.DELETE("/api/v1/media/{id}", { params: { path: { id } } });
  } catch (error) {
    if (!isCode(error, "NOT_FOUND")) throw error;
  }
}

/** Who looks at the order. A guest's orders are all their own. */
function useReader(order: Order): Reader | null {
  const state = useSession();
  if (state.kind === "user") return state.user;
  return state.kind === "guest" ? { id: order.customer.id, role: "CUSTOMER" } : null;
}

/** Shows a file: in the shell in a dialog, on public pages in a new tab. */
function useView(files: OrderFile[] | undefined) {
  const inShell = useRouterState({ select: ({ matches }) => matches.some(({ routeId }) => routeId === "/signed-in") });
  const [id, setId] = useState<string | null>(null);
  const opening = useMutation({
    mutationFn: ({ tab, file }: { tab: Window | null; file: OrderFile }) => showIn(tab, file),
  });
  const shown = files?.find((file) => file.id === id);
  const preview = shown && (
    <Suspense>
      <Preview
        files={files?.filter(canShow) ?? []}
        shown={shown}
        onShow={(file) => setId(file.id)}
        onClose={() => setId(null)}
      />
    </Suspense>
  );
  const show = (file: OrderFile) => (inShell ? setId(file.id) : opening.mutate({ tab: newTab(), file }));
  return { show, preview, error: opening.error };
}

function Loading() {
  const w = useWords(words);
  return (
    <Stack gap="sm" role="status" aria-label={w.loading}>
      <Skeleton height="3rem" />
      <Skeleton height="3rem" />
      <Skeleton height="3rem" />
    </Stack>
  );
}
