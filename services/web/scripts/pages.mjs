// Writes what the gateway knows of the pages:
// dist/pages.json, the first segments of the paths of all routes, by which it tells a page from what is not found;
// dist/preload.json, by the paths of routes, the files that a page needs and index.html does not name.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { filesOf, firstFiles, readBuild } from "./build.mjs";

/** The letters of most languages of Europe; pages in others load one file more. */
const FONT = "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2";
/** A route with its parent, its path and the module of its page. */
const ROUTE =
  /createRoute\(\{\s*getParentRoute: \(\) => (\w+),\s*path: "(\/[^"]*)",[^}]*?import\("\.\.\/(pages\/\w+)"\)/g;
const PATH = /^ *path: "\//gm;
const PUBLIC = "publicRoute";

const routes = new URL("../src/app/routes/", import.meta.url);
const texts = await Promise.all((await readdir(routes)).map((name) => readFile(new URL(name, routes), "utf8")));
const found = texts.flatMap((text) =>
  [...text.matchAll(ROUTE)].map(([, parent, path, page]) => ({ parent, path, page })),
);
const paths = texts.flatMap((text) => text.match(PATH) ?? []);
const all = found.length > 0 && found.length === paths.length;
if (!all) throw new Error(`${found.length} of ${paths.length} routes read`);

const build = await readBuild();
const font = build.manifest[FONT]?.file;
if (!font) throw new Error("the font is no part of the build");
const known = firstFiles(build);
const preload = found.map(({ parent, path, page }) => {
  const modules = parent === PUBLIC ? [page] : ["Shell", page];
  const files = filesOf(build, ...modules.map((module) => `src/app/${module}.tsx`));
  return [path, [font, ...files].filter((file) => !known.has(file)).map((file) => `/${file}`)];
});
const first = [...new Set(found.map(({ path }) => path.split("/")[1]))].filter(Boolean).sort();

const write = (name, content) => writeFile(new URL(`../dist/${name}`, import.meta.url), `${JSON.stringify(content)}\n`);
await write("pages.json", first);
await write("preload.json", Object.fromEntries(preload));
