import { Button } from "@mantine/core";
import { Inbox, SearchX } from "lucide-react";
import { isFull } from "@/api/workers";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { ButtonLink } from "@/ui/links";
import { isNarrowed, NO_POOL_FILTERS, type PoolFilters } from "./filters";
import { useWorkload } from "./useWorkload";

type Props = { filters: PoolFilters; onChange: (change: PoolFilters) => void };

/** Says why no order is shown, and what to do about it. */
export function PoolEmpty({ filters, onChange }: Props) {
  const c = useWords(common);
  const t = useWords(work).pool;
  const { data: load } = useWorkload();
  if (!isNarrowed(filters)) {
    return (
      <Empty
        icon={<Inbox aria-hidden="true" />}
        title={t.empty}
        hint={t.emptyHint}
        action={
          <ButtonLink to="/work" variant="default">
            {t.toMyWork}
          </ButtonLink>
        }
      />
    );
  }
  const full = filters.mine && load && isFull(load);
  return (
    <Empty
      icon={<SearchX aria-hidden="true" />}
      title={full ? t.emptyFull : c.noMatch}
      hint={full ? t.emptyFullHint : c.noMatchHint}
      action={
        <Button variant="default" onClick={() => onChange({ ...NO_POOL_FILTERS, cursor: undefined })}>
          {c.clearFilters}
        </Button>
      }
    />
  );
}
