// Writes a brotli and a gzip form beside each text file of dist/assets/, which the gateway sends to browsers that take them.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const TEXT = /\.(js|css|svg)$/;
/** Smaller files are sent in one packet anyway. */
const SMALLEST = 1024;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

const assets = new URL("../dist/assets/", import.meta.url).pathname;
const names = (await readdir(assets)).filter((name) => TEXT.test(name));

await Promise.all(
  names.map(async (name) => {
    const path = join(assets, name);
    const content = await readFile(path);
    if (content.length < SMALLEST) return;
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    await Promise.all([
      writeFile(`${path}.br`, await brotli(content, { params })),
      writeFile(`${path}.gz`, await zip(content, { level: 9 })),
    ]);
  }),
);
