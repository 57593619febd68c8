import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { Cart } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import classes from "./CartView.module.css";
import { changedLines } from "./cart";
import { forgetMergeNote, useMergeNote } from "./mergeNote";
import { Notice } from "./Notice";
import { takeCartAlong } from "./useCartMerge";

/** What the customer has to know before they order: what came along at sign-in, and how many lines have changed. */
export function CartNotices({ cart }: { cart: Cart }) {
  const t = useWords(storefront);
  const changes = changedLines(cart);
  return (
    <div role="status" className={classes.notices}>
      <MergeNotice />
      {changes > 0 && (
        <Notice>
          <strong>{t.changedLines(changes)}</strong> {t.changedHint}
        </Notice>
      )}
    </div>
  );
}

function MergeNotice() {
  const t = useWords(storefront);
  const { retry } = useWords(common);
  const client = useQueryClient();
  const note = useMergeNote();
  if (!note) return null;
  if (note.failed) {
    return (
      <Notice>
        {t.mergeFailed}{" "}
        <Button size="compact-sm" variant="default" onClick={() => void takeCartAlong(client)}>
          {retry}
        </Button>
      </Notice>
    );
  }
  return (
    <Notice onClose={forgetMergeNote} closeLabel={t.dismiss}>
      {t.merged}
      {note.leftOut.length > 0 && (
        <>
          {" "}
          {t.leftOut}
          <ul className={classes.leftOut}>
            {note.leftOut.map(({ productId, name }) => (
              <li key={productId}>
                <TextLink to="/products/$productId" params={{ productId }}>
                  {name}
                </TextLink>
              </li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  );
}
