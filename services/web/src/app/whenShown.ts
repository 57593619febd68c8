/** For loaders of routes: asks for data when the page is opened, not already when the pointer is over a link to it. Calls are limited. */
export function whenShown(cause: "preload" | "enter" | "stay", ask: () => void): void {
  if (cause !== "preload") ask();
}
