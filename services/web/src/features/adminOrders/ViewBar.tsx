import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { Done } from "@/ui/Done";
import type { ColumnId } from "./columns";
import { type OrderFilters, sameList } from "./filters";
import { useKept } from "./keep";
import { SaveView } from "./SaveView";
import classes from "./ViewBar.module.css";
import { ViewMenu } from "./ViewMenu";
import { type Deleted, GIVEN, type GivenView, keptViews, restoredView, withoutView } from "./views";

type Props = {
  filters: OrderFilters;
  /** The shown columns, which are part of a saved view. */
  columns: ColumnId[];
};

/** The lists of every administrator, and those that this browser keeps. Each is an address. */
export function ViewBar({ filters, columns }: Props) {
  const t = useWords(adminOrders);
  const own = useKept(keptViews);
  const [deleted, setDeleted] = useState<(Deleted & { from: OrderFilters }) | null>(null);
  const shown = { ...filters, columns };
  const current = own.find(({ search }) => sameList(search, search.columns ? shown : filters));
  const given = (Object.keys(GIVEN) as GivenView[]).find((id) => sameList(GIVEN[id], filters));
  const remove = (id: string) => {
    const rest = withoutView(own, id);
    keptViews.set(rest.views);
    setDeleted(rest.deleted && { ...rest.deleted, from: filters });
  };
  const undo = () => {
    if (deleted) keptViews.set(restoredView(own, deleted));
    setDeleted(null);
  };
  // Undo is offered until another list is shown.
  const gone = deleted && sameList(deleted.from, filters) ? deleted : null;
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="sm" align="flex-end">
        <nav aria-label={t.views} className={classes.views}>
          {(Object.keys(GIVEN) as GivenView[]).map((id) => (
            <ViewLink key={id} name={t.givenViews[id]} search={GIVEN[id]} isCurrent={id === given && !current} />
          ))}
          {own.map((view) => (
            <ViewLink key={view.id} name={view.name} search={view.search} isCurrent={view === current} />
          ))}
        </nav>
        {current ? (
          <ViewMenu view={current} views={own} onDelete={() => remove(current.id)} />
        ) : (
          <SaveView filters={shown} views={own} />
        )}
      </Group>
      <Done message={gone ? t.viewDeleted(gone.view.name) : null} onUndo={undo} />
    </div>
  );
}

function ViewLink({ name, search, isCurrent }: { name: string; search: OrderFilters; isCurrent: boolean }) {
  return (
    <Link
      to="/admin/orders"
      search={search}
      // Further pages of the list belong to the view too, so the router alone does not know.
      activeOptions={{ exact: true }}
      aria-current={isCurrent ? "page" : undefined}
      className={classes.view}
    >
      {name}
    </Link>
  );
}
