import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { Eye, Lock } from "lucide-react";
import type { Note, Order } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { Stamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import { NoteForm } from "./NoteForm";
import { useNotes } from "./useNotes";
import classes from "./Work.module.css";

/**
 * The notes on an order. Its worker and administrators read and write all of them; its customer reads those that are meant for them. For
 * others there is nothing.
 */
export function Notes({ order }: { order: Order }) {
  const user = useUser();
  const isStaff = user?.role === "ADMIN" || (user?.role === "STAFF" && order.assignee?.id === user.id);
  if (!user || !(isStaff || order.customer.id === user.id)) return null;
  // A closed order that another one replaces goes on there; only administrators still write on it.
  const writes = isStaff && (user.role === "ADMIN" || !order.replacedById);
  return <NoteList orderId={order.id} isStaff={isStaff} writes={writes} />;
}

function NoteList({ orderId, isStaff, writes }: { orderId: string; isStaff: boolean; writes: boolean }) {
  const c = useWords(common);
  const t = useWords(work).notes;
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useNotes(orderId);
  const notes = data?.pages.flatMap(({ items }) => items);
  return (
    <Card title={t.title}>
      <Stack gap="md">
        {writes && <NoteForm orderId={orderId} />}
        {error && !notes && <FailureNote error={error} onRetry={() => void refetch()} />}
        {!notes && !error && <Skeleton height="5rem" />}
        {notes?.length === 0 && <Text c="dimmed">{isStaff ? t.empty : t.emptyForCustomer}</Text>}
        {notes && notes.length > 0 && (
          <div>
            {notes.map((note) => (
              <OneNote key={note.id} note={note} showsReaders={isStaff} />
            ))}
          </div>
        )}
        {hasNextPage && (
          <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {c.showMore}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

function OneNote({ note, showsReaders }: { note: Note; showsReaders: boolean }) {
  const t = useWords(work).notes;
  const isPublic = note.visibility === "CUSTOMER";
  return (
    <article className={classes.note}>
      <div className={classes.noteHead}>
        {note.author && <strong>{note.author.name}</strong>}
        <Ago time={note.createdAt} />
        {showsReaders && (
          <Stamp tone={isPublic ? "working" : "over"} icon={isPublic ? Eye : Lock}>
            {isPublic ? t.forCustomer : t.internal}
          </Stamp>
        )}
      </div>
      <p className={classes.prose}>{note.body}</p>
    </article>
  );
}
