import type { User } from "@/api/schema";

/** The name of an account; its address if it has none. */
export function nameOf({ firstName, lastName, email }: Pick<User, "firstName" | "lastName" | "email">): string {
  return `${firstName} ${lastName}`.trim() || email;
}
