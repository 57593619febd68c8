const KEY = "waybill.reloaded";

/** A part of the pages that is not there any more means that the shop was updated: loads the page again, once. */
export function reloadOnceForNewBuild(): void {
  addEventListener("vite:preloadError", (event) => {
    if (sessionStorage.getItem(KEY)) return;
    sessionStorage.setItem(KEY, "1");
    event.preventDefault();
    location.reload();
  });
  // The new build works: the next update may reload again.
  setTimeout(() => sessionStorage.removeItem(KEY), 30_000);
}
