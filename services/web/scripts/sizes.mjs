// Compares what each kind of page loads at first (gzip) with its budget, and fails above it.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

/** Kilobytes: the entry with the named modules, and everything that they import at once. */
const BUDGETS = [
  { page: "order form", modules: ["src/app/pages/OrderFormPage.tsx"], js: 165, css: 15 },
  { page: "signed-in pages", modules: ["src/app/Shell.tsx", "src/app/pages/OrderPage.tsx"], js: 240, css: null },
  { page: "with charts", modules: ["src/app/Shell.tsx", "src/app/pages/AnalyticsPage.tsx"], js: 290, css: null },
];

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));

/** Files of a module and of all that it imports. */
function files(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key]?.imports ?? []) files(next, seen);
  return seen;
}

async function kilobytes(names) {
  const sizes = await Promise.all([...names].map(async (name) => gzipSync(await readFile(new URL(name, dist))).length));
  return sizes.reduce((sum, size) => sum + size, 0) / 1000;
}

let failed = false;
for (const { page, modules, js, css } of BUDGETS) {
  const missing = modules.filter((module) => !manifest[module]);
  if (missing.length > 0) throw new Error(`${missing.join(", ")} is no part of the build`);
  const chunks = new Set(["index.html", ...modules].flatMap((module) => [...files(module)]));
  const scripts = new Set([...chunks].map((key) => manifest[key].file));
  const styles = new Set([...chunks].flatMap((key) => manifest[key].css ?? []));
  const [loaded, styled] = [await kilobytes(scripts), await kilobytes(styles)];
  const within = loaded <= js && (css === null || styled <= css);
  failed ||= !within;
  const limits = `of ${js} KB JS${css === null ? "" : ` and ${css} KB CSS`}`;
  console.log(
    `${within ? "ok    " : "FAILED"} ${page}: ${loaded.toFixed(1)} KB JS, ${styled.toFixed(1)} KB CSS ${limits}`,
  );
}
process.exit(failed ? 1 : 0);
