import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Ago } from "@/ui/Time";
import classes from "./parts.module.css";

/** What worker and shop wrote down for the customer. Without a note there is nothing to see, and nothing to be missed. */
export function CustomerNotes({ orderId }: { orderId: string }) {
  const t = useWords(orders);
  const { data } = $api.useQuery("get", OF_ORDER.notes, { params: { path: { id: orderId }, query: { limit: 50 } } });
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t.notesForYou}>
      <ul className={classes.list}>
        {data.items.map((note) => (
          <li key={note.id} className={classes.row}>
            <span className={classes.said}>{note.body}</span>
            <span className={classes.meta}>
              {note.author && `${note.author.name} · `}
              <Ago time={note.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
