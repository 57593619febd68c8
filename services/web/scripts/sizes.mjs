// Compares what each kind of page loads at first (gzip) with its limit, and fails above it.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

/** Kilobytes: the files that index.html names, the modules of the page, and everything that they import at once. */
const LIMITS = [
  { page: "order form", modules: ["src/app/pages/OrderFormPage.tsx"], js: 200, css: 15 },
  { page: "signed-in pages", modules: ["src/app/Shell.tsx", "src/app/pages/OrderPage.tsx"], js: 290, css: 58 },
  { page: "with charts", modules: ["src/app/Shell.tsx", "src/app/pages/AnalyticsPage.tsx"], js: 290, css: 58 },
];

const dist = new URL("../dist/", import.meta.url);
const read = (name) => readFile(new URL(name, dist));
const manifest = JSON.parse(await read(".vite/manifest.json"));
const html = String(await read("index.html"));
const entry = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
if (!entry.some((name) => name.endsWith(".js"))) throw new Error("index.html loads no script");

/** Files that a chunk of the build needs before it runs. */
function add(chunk, files) {
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const next of chunk.imports ?? []) add(manifest[next], files);
}

async function kilobytes(names) {
  const sizes = await Promise.all(names.map(async (name) => gzipSync(await read(name)).length));
  return sizes.reduce((sum, size) => sum + size, 0) / 1000;
}

let failed = false;
for (const { page, modules, js, css } of LIMITS) {
  const files = new Set(entry);
  for (const module of modules) {
    if (!manifest[module]) throw new Error(`${module} is no part of the build`);
    add(manifest[module], files);
  }
  const [scripts, styles] = await Promise.all(
    [".js", ".css"].map((ending) => kilobytes([...files].filter((name) => name.endsWith(ending)))),
  );
  const within = scripts <= js && styles <= css;
  failed ||= !within;
  const found = `${scripts.toFixed(1)} KB JS, ${styles.toFixed(1)} KB CSS`;
  console.log(`${within ? "ok    " : "FAILED"} ${page}: ${found} of ${js} KB JS and ${css} KB CSS`);
}
process.exit(failed ? 1 : 0);
