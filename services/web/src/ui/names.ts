import type { User } from "@/api/schema";

/** The name of an account; its address if it has none. */
export function nameOf({ firstName, lastName, email }: Pick<User, "firstName" | "lastName" | "email">): string {
  return `${firstName} ${lastName}`.trim() || email;
}

/** The end of a long id, which tells two apart: ids of this platform begin with their time. */
export function shortId(id: string): string {
  return id.length > 20 ? `…${id.slice(-8)}` : id;
}
