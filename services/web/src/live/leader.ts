/** Whether this tab is the one of several that acts, for instance plays a sound. Without Web Locks every tab is. */
let leading: boolean = typeof navigator !== "undefined" && !navigator.locks;

if (typeof navigator !== "undefined" && navigator.locks) {
  void navigator.locks.request("waybill-leader", () => {
    leading = true;
    // Held until the tab is closed.
    return new Promise<never>(() => undefined);
  });
}

export function isLeader(): boolean {
  return leading;
}
