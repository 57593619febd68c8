import { Button, Group, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Package } from "lucide-react";
import type { ReactNode } from "react";
import { $api } from "@/api/client";
import type { Product } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { money, number } from "@/ui/format";
import { ButtonLink, TextLink } from "@/ui/links";
import { NoMatch } from "@/ui/NoMatch";
import { Pager } from "@/ui/Pager";
import { ActiveStamp } from "./ActiveStamp";
import { isFiltered, type ProductFilters, toQuery, unfiltered } from "./filters";
import classes from "./ProductTable.module.css";
import { PRODUCTS, useShopSettings } from "./queries";
import { StockMark } from "./StockMark";
import { stockState } from "./stock";
import { useProductEvents } from "./useProductEvents";

type Props = {
  filters: ProductFilters;
  onChange: (filters: ProductFilters) => void;
  picture: (product: Product) => ReactNode;
};

const ROWS = 25;

/** All products with their stock, kept up to date. */
export function ProductTable({ filters, onChange, picture }: Props) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const navigate = useNavigate();
  const query = { ...toQuery(filters), limit: ROWS, cursor: filters.cursor };
  const list = $api.useQuery("get", PRODUCTS, { params: { query } }, { placeholderData: keepPreviousData });
  const { unseen, showNew, low, closeLow } = useProductEvents(list.data?.items);
  const columns = useColumns(picture);
  if (list.isError && !list.data) return <FailureNote error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <div role="status" className={low ? classes.low : classes.silent}>
        {low && (
          <Group justify="space-between" gap="xs">
            <TextLink to="/admin/products/$productId" params={{ productId: low.productId }}>
              {t.lowNow(low.name, low.available)}
            </TextLink>
            <Button size="compact-sm" variant="subtle" onClick={closeLow}>
              {words.close}
            </Button>
          </Group>
        )}
      </div>
      {unseen > 0 && (
        <Group justify="center">
          <Button size="xs" variant="light" onClick={showNew}>
            {words.newRows(unseen)}
          </Button>
        </Group>
      )}
      <Card flush>
        <DataTable
          label={t.products}
          columns={columns}
          rows={list.data?.items}
          id={({ id }) => id}
          name={({ name }) => name}
          onOpen={({ id }) => void navigate({ to: "/admin/products/$productId", params: { productId: id } })}
          empty={<NoProducts filters={filters} onChange={onChange} />}
        />
        <Pager
          cursor={filters.cursor}
          next={list.data?.nextCursor}
          onChange={(cursor) => onChange({ ...filters, cursor })}
        />
      </Card>
    </>
  );
}

function useColumns(picture: Props["picture"]): Column<Product>[] {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const threshold = useShopSettings().data?.lowStockThreshold;
  const units = (count: number | undefined, of: Product) =>
    count === undefined || of.kind === "SERVICE" ? "–" : number(count);
  return [
    { id: "picture", title: t.picture, cell: picture },
    {
      id: "name",
      title: words.name,
      grow: true,
      lead: true,
      hint: ({ name }) => name,
      cell: ({ id, name, category, kind }) => (
        <div className={classes.name}>
          <TextLink to="/admin/products/$productId" params={{ productId: id }}>
            {name}
          </TextLink>
          <Text size="xs" c="dimmed">
            {category ? `${category} · ${words.kind[kind]}` : words.kind[kind]}
          </Text>
        </div>
      ),
    },
    { id: "sku", title: t.sku, cell: ({ sku }) => <span className="code">{sku}</span> },
    { id: "price", title: words.price, cell: ({ price }) => money(price), right: true },
    {
      id: "available",
      title: t.available,
      right: true,
      cell: (product) => (
        <span className={classes.stock}>
          <StockMark state={stockState(product, threshold)} />
          {units(product.available ?? undefined, product)}
        </span>
      ),
    },
    { id: "onHand", title: t.onHand, cell: (product) => units(product.onHand, product), right: true, wide: true },
    { id: "reserved", title: t.reserved, cell: (product) => units(product.reserved, product), right: true, wide: true },
    { id: "active", title: words.status, cell: ({ active }) => <ActiveStamp active={active} /> },
  ];
}

/** Says what to do when the list is empty. */
function NoProducts({ filters, onChange }: Pick<Props, "filters" | "onChange">) {
  const t = useWords(adminCatalogue);
  if (filters.cursor || isFiltered(filters)) return <NoMatch onClear={() => onChange(unfiltered(filters))} />;
  const actions = (
    <Group gap="xs">
      <ButtonLink to="/admin/products/new">{t.newProduct}</ButtonLink>
      <ButtonLink to="/admin/products/import" variant="default">
        {t.importCsv}
      </ButtonLink>
    </Group>
  );
  return <Empty icon={<Package />} title={t.noProducts} hint={t.noProductsHint} action={actions} />;
}
