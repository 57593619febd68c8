// Reads the result of a build: dist/ and its manifest.
import { readFile } from "node:fs/promises";

const dist = new URL("../dist/", import.meta.url);

/** A file of dist/. */
export const read = (name) => readFile(new URL(name, dist));

export async function readBuild() {
  return { manifest: JSON.parse(await read(".vite/manifest.json")), html: String(await read("index.html")) };
}

/** The scripts and styles that index.html names. */
export function firstFiles({ html }) {
  const names = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  if (!names.some((name) => name.endsWith(".js"))) throw new Error("index.html loads no script");
  return new Set(names);
}

/** The files of these modules, with everything that they import at once. */
export function filesOf({ manifest }, ...modules) {
  const files = new Set();
  const add = (chunk) => {
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const style of chunk.css ?? []) files.add(style);
    for (const next of chunk.imports ?? []) add(manifest[next]);
  };
  for (const module of modules) {
    if (!manifest[module]) throw new Error(`${module} is no part of the build`);
    add(manifest[module]);
  }
  return [...files];
}
