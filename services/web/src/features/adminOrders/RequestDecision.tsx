import { Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { ChangeRequest, Order } from "@/api/schema";
import { ActFailure } from "./ActFailure";
import { decide, isOutdated, PATHS, refusedByLimits, type Verdict } from "./acts";
import { DecisionForm } from "./DecisionForm";
import { DecisionResult } from "./DecisionResult";
import { type Draft, EMPTY, newerRequest, unsent } from "./decisions";

type Props = {
  request: ChangeRequest;
  /** Null while it loads. */
  order: Order | null;
  /** Shown after the decision, such as the way to the next request. */
  after?: ReactNode;
};

/** Decides a request, and shows the decision. If somebody else was faster, what was typed is still there. */
export function RequestDecision({ request: given, order, after }: Props) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const attempt = useMutation({
    mutationFn: (verdict: Verdict) => decide(given, verdict),
    onError: (error) => {
      if (isOutdated(error)) void refetchNow(PATHS.requests, OF_ORDER.requests, PATHS.order);
    },
  });
  const decided = attempt.data;
  const request = newerRequest(given, decided?.changeRequest);
  const isOpen = request.state === "PENDING";
  const limits = refusedByLimits(attempt.error);
  return (
    <Stack gap="sm">
      {attempt.isError && !limits && <ActFailure error={attempt.error} />}
      {isOpen && (
        <DecisionForm
          request={request}
          order={order}
          draft={draft}
          onChange={setDraft}
          onDecide={attempt.mutate}
          deciding={attempt.isPending}
          limits={limits}
        />
      )}
      <div role="status">
        {!isOpen && (
          <DecisionResult
            request={request}
            order={decided?.order ?? order}
            replacement={decided?.replacement ?? null}
            unsent={decided ? "" : unsent(draft)}
          />
        )}
      </div>
      {!isOpen && after}
    </Stack>
  );
}
