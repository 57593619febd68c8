import { redirect } from "@tanstack/react-router";
import type { Role } from "@/api/schema";
import { resume, session } from "@/api/session";

/** Thrown for a page that the signed-in role does not have. */
export class NotAllowed extends Error {}

/** For routes of signed-in people: sends others to sign in, and back afterwards. */
export async function requireUser({ location }: { location: { href: string } }): Promise<void> {
  const state = await resume();
  if (state.kind !== "user") throw redirect({ to: "/sign-in", search: { next: location.href } });
}

/** For routes of some roles, below a route with `requireUser`. */
export function requireRole(...roles: Role[]): () => void {
  return () => {
    const state = session.get();
    if (state.kind !== "user" || !roles.includes(state.user.role)) throw new NotAllowed();
  };
}

/** The path after signing in: only a path of these pages, never another site. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/dashboard";
}
