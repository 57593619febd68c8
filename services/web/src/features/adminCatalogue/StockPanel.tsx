import { Stack } from "@mantine/core";
import type { Product } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { number } from "@/ui/format";
import { StockForm } from "./StockForm";
import { StockMark } from "./StockMark";
import classes from "./StockPanel.module.css";
import { stockState } from "./stock";

type Props = { product: Product; threshold: number | undefined };

/** What is in stock of goods, and the form to change it. */
export function StockPanel({ product, threshold }: Props) {
  const t = useWords(adminCatalogue);
  const { available, onHand, reserved } = product;
  const figures = [
    { label: t.available, count: available },
    { label: t.onHand, count: onHand },
    { label: t.reserved, count: reserved },
  ];
  return (
    <Card title={t.stock} aside={<StockMark state={stockState(product, threshold)} />}>
      <Stack>
        <dl className={classes.figures}>
          {figures.map(({ label, count }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="figures">{count === undefined || count === null ? "–" : number(count)}</dd>
            </div>
          ))}
        </dl>
        <StockForm product={product} />
      </Stack>
    </Card>
  );
}
