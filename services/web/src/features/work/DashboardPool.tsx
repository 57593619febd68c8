import { Skeleton, Stack, Text } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { ButtonLink, TextLink } from "@/ui/links";
import { Stamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import type { PoolFilters } from "./filters";
import { goneText } from "./goneText";
import { orderName } from "./orderName";
import { SoundSwitch } from "./SoundSwitch";
import { usePool } from "./usePool";
import classes from "./Work.module.css";

const ALL: PoolFilters = {};
const MOST = 5;

/** A look at the pool: what came in just now, then who waits longest. */
export function DashboardPool() {
  const c = useWords(common);
  const t = useWords(work);
  const { query, rows, waiting } = usePool(ALL);
  const fresh = waiting.map((order) => ({ order, gone: null, isNew: true }));
  const shown = rows && [...fresh, ...rows].slice(0, MOST);
  return (
    <Card title={t.dashboard.pool} aside={<TextLink to="/pool">{t.dashboard.wholePool}</TextLink>}>
      <Stack gap="sm">
        <SoundSwitch />
        {query.isError && <FailureNote error={query.error} onRetry={() => void query.refetch()} />}
        {!shown && !query.isError && <Skeleton height="12rem" />}
        {shown?.length === 0 && <Text c="dimmed">{t.pool.empty}</Text>}
        <ul className={classes.lines}>
          {shown?.map(({ order, gone, isNew }) => (
            <li key={order.id}>
              <div>
                <TextLink to="/pool" search={{ look: order.id }}>
                  {orderName(order)}
                </TextLink>{" "}
                {isNew && <Stamp tone="working">{t.pool.isNew}</Stamp>}
                <div className={classes.facts}>
                  {gone ? <span>{goneText(gone)}</span> : <Ago time={order.createdAt} />}
                </div>
              </div>
              <span className="figures">{money(order.total)}</span>
            </li>
          ))}
        </ul>
        {shown && shown.length > 0 && (
          <ButtonLink to="/pool" variant="default">
            {c.showMore}
          </ButtonLink>
        )}
      </Stack>
    </Card>
  );
}
