import type { Order, File as OrderFile, Role } from "@/api/schema";

/** What people upload to an order. */
export type Purpose = "REFERENCE" | "PROGRESS" | "RESULT";

/** The reader: an account, or the guest whose order it is. */
export type Reader = { id: string; role: Role };

const isOver = (order: Order) => order.status === "COMPLETED" || order.status === "CANCELLED";

/** For which purposes the reader may add files, as the order service decides. */
export function purposesFor(order: Order, reader: Reader | null): Purpose[] {
  if (!reader) return [];
  const admin = reader.role === "ADMIN";
  const works = admin || (reader.role === "STAFF" && order.assignee?.id === reader.id);
  // An administrator can still add a forgotten result.
  if (isOver(order)) return admin && order.status === "COMPLETED" ? ["RESULT"] : [];
  const purposes: Purpose[] = works ? ["PROGRESS", "RESULT"] : [];
  if (order.customer.id === reader.id) purposes.push("REFERENCE");
  return purposes;
}

/** Whether the reader may delete a file: administrators always, its uploader while the order is open. */
export function mayDelete(order: Order, reader: Reader | null, file: OrderFile): boolean {
  if (!reader) return false;
  return reader.role === "ADMIN" || (file.uploadedBy?.id === reader.id && !isOver(order));
}

/** Whether the reader only looks at the order as its customer. */
export function isCustomer(order: Order, reader: Reader | null): boolean {
  return reader?.role !== "ADMIN" && order.customer.id === reader?.id;
}
