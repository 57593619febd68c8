// Compares what each kind of page loads at first (gzip) with its limit, and fails above it, or if the files to load early are not there.
import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { filesOf, firstFiles, read, readBuild } from "./build.mjs";

/** Kilobytes: the files that index.html names, the modules of the page, and everything that they import at once. */
const LIMITS = [
  { page: "order form", modules: ["src/app/pages/OrderFormPage.tsx"], js: 185, css: 15 },
  { page: "signed-in pages", modules: ["src/app/Shell.tsx", "src/app/pages/OrderPage.tsx"], js: 272, css: 58 },
  { page: "with charts", modules: ["src/app/Shell.tsx", "src/app/pages/AnalyticsPage.tsx"], js: 248, css: 54 },
];

const build = await readBuild();

async function kilobytes(names) {
  const sizes = await Promise.all(names.map(async (name) => gzipSync(await read(name)).length));
  return sizes.reduce((sum, size) => sum + size, 0) / 1000;
}

let failed = false;
for (const [path, files] of Object.entries(JSON.parse(await read("preload.json")))) {
  // Pages work without these files, so nobody would notice.
  const missing = files.filter((file) => !existsSync(new URL(`../dist${file}`, import.meta.url)));
  if (files.length < 2 || missing.length > 0) throw new Error(`dist/preload.json is wrong about ${path}: ${missing}`);
}
for (const { page, modules, js, css } of LIMITS) {
  const files = new Set([...firstFiles(build), ...filesOf(build, ...modules)]);
  const [scripts, styles] = await Promise.all(
    [".js", ".css"].map((ending) => kilobytes([...files].filter((name) => name.endsWith(ending)))),
  );
  const within = scripts <= js && styles <= css;
  failed ||= !within;
  const found = `${scripts.toFixed(1)} KB JS, ${styles.toFixed(1)} KB CSS`;
  console.log(`${within ? "ok    " : "FAILED"} ${page}: ${found} of ${js} KB JS and ${css} KB CSS`);
}
process.exit(failed ? 1 : 0);
