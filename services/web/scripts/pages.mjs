// Writes dist/pages.json: the first segments of the paths of all routes, by which the gateway knows what is a page and what is not found.
import { readdir, readFile, writeFile } from "node:fs/promises";

const routes = new URL("../src/app/routes/", import.meta.url);
const texts = await Promise.all((await readdir(routes)).map((name) => readFile(new URL(name, routes), "utf8")));
const paths = texts.flatMap((text) => [...text.matchAll(/^ *path: "\/([^"/]*)/gm)].map((match) => match[1]));
const first = [...new Set(paths)].filter(Boolean).sort();
if (first.length === 0) throw new Error("no routes found");
await writeFile(new URL("../dist/pages.json", import.meta.url), `${JSON.stringify(first)}\n`);
