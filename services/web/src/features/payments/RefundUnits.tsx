import { Checkbox, Group, NumberInput, Stack } from "@mantine/core";
import type { Order } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { hasStock, type Units, unitsLeft } from "./refundUnits";

type Props = { order: Order; units: Units[]; onChange: (units: Units[]) => void };

/** Which units of an order are refunded, and whether they go back to the stock. */
export function RefundUnits({ order, units, onChange }: Props) {
  const w = useWords(checkout);
  const change = (place: number, part: Partial<Units>) =>
    onChange(units.map((it, index) => (index === place ? { ...it, ...part } : it)));
  return (
    <Stack gap="xs" component="fieldset" bd={0} p={0} m={0} aria-label={w.refundUnits}>
      {order.items.map((item, place) => {
        const left = unitsLeft(item);
        const { quantity = 0, restock = false } = units[place] ?? {};
        if (left === 0 || item.lineTotal.amount === 0) return null;
        return (
          <Group key={place} gap="sm" align="flex-end">
            <NumberInput
              label={item.name}
              description={w.unitsOf(left)}
              min={0}
              max={left}
              allowDecimal={false}
              allowNegative={false}
              clampBehavior="strict"
              w="14rem"
              value={quantity}
              onChange={(value) => change(place, { quantity: Number(value) || 0 })}
            />
            {hasStock(item) && quantity > 0 && (
              <Checkbox
                label={w.backToStock}
                aria-label={`${w.backToStock}: ${item.name}`}
                checked={restock}
                pb="xs"
                onChange={(event) => change(place, { restock: event.currentTarget.checked })}
              />
            )}
          </Group>
        );
      })}
    </Stack>
  );
}
