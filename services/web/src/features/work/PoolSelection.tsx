import { Button, Checkbox, Text } from "@mantine/core";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import classes from "./Pool.module.css";

/** The API takes this many at a time. */
const MOST = 50;

type Props = {
  chosen: Order[];
  /** Selected orders that are not in the list any more. */
  missing: number;
  /** What could be selected. */
  all: Order[];
  claiming: boolean;
  error: unknown;
  onSelect: (ids: ReadonlySet<string>) => void;
  onClaim: () => void;
};

/** Selects all orders, and claims the selected ones. */
export function PoolSelection({ chosen, missing, all, claiming, error, onSelect, onClaim }: Props) {
  const c = useWords(common);
  const t = useWords(work).pool;
  const ids = (orders: Order[]) => new Set(orders.map(({ id }) => id));
  const isAll = all.length > 0 && chosen.length === all.length;
  const tooMany = chosen.length > MOST;
  if (all.length === 0 && missing === 0) return null;
  return (
    <div className={classes.bar} data-chosen={chosen.length > 0 || undefined}>
      <Checkbox
        label={c.selectAll}
        checked={isAll}
        indeterminate={!isAll && chosen.length > 0}
        onChange={() => onSelect(isAll ? new Set() : ids(all))}
      />
      <Text size="sm" role="status">
        {chosen.length > 0 && c.selected(chosen.length)}
        {missing > 0 && ` ${t.lostSelection(missing)}`}
        {tooMany && ` ${t.tooMany(MOST)}`}
      </Text>
      {missing > 0 && (
        <Button size="xs" variant="default" onClick={() => onSelect(ids(chosen))}>
          {t.understood}
        </Button>
      )}
      {chosen.length > 0 && (
        <>
          <Button size="xs" loading={claiming} disabled={tooMany} onClick={onClaim}>
            {t.claimMany(chosen.length)}
          </Button>
          <Button size="xs" variant="default" onClick={() => onSelect(new Set())}>
            {t.unselect}
          </Button>
        </>
      )}
      {Boolean(error) && <FailureNote error={error} onRetry={chosen.length > 0 ? onClaim : undefined} />}
    </div>
  );
}
