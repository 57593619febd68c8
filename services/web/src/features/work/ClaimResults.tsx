import { Stack, Text } from "@mantine/core";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { sentence } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import type { Claimed, Lost } from "./claimResults";
import { Notice } from "./Notice";
import { orderName } from "./orderName";
import classes from "./Work.module.css";

/** What came of claiming several orders: the won ones to open, and why others were lost. */
export function ClaimResults({ claimed, onClose }: { claimed: Claimed; onClose: () => void }) {
  const t = useWords(work).results;
  const box = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone with the selection.
  useEffect(() => box.current?.focus(), []);
  const { won, lost } = claimed;
  return (
    <div ref={box} tabIndex={-1} className={classes.results}>
      <Stack gap="xs">
        {won.length > 0 && (
          <Notice tone="done" icon={CircleCheck} title={t.won(won.length)} live onClose={onClose}>
            <ul className={classes.plain}>
              {won.map((order) => (
                <li key={order.id}>
                  <TextLink to="/orders/$orderId" params={{ orderId: order.id }}>
                    {orderName(order)}
                  </TextLink>{" "}
                  <span className="code">{order.orderNumber}</span>
                </li>
              ))}
            </ul>
          </Notice>
        )}
        {lost.length > 0 && (
          <Notice tone="waiting" icon={TriangleAlert} title={t.lost(lost.length)} live onClose={onClose}>
            <ul className={classes.plain}>
              {lost.map((one) => (
                <LostOne key={one.id} lost={one} />
              ))}
            </ul>
            {lost.some(({ why }) => why === "full") && <Text size="sm">{t.fullHint}</Text>}
          </Notice>
        )}
      </Stack>
    </div>
  );
}

function LostOne({ lost }: { lost: Lost }) {
  const t = useWords(work).results;
  const why = lost.why === "failed" ? sentence(lost.message) : t.why[lost.why](lost.by);
  return (
    <li>
      {lost.order && <strong>{orderName(lost.order)}</strong>} {why}
    </li>
  );
}
