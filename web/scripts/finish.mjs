/* After the build: a .gz beside every file that gains by it, and the size budgets.
 *
 * The first page is what index.html names; it may weigh 90 KB of JavaScript and 12 KB of CSS. */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const budgets = [
  ['first page JS', 90, firstPage('js')],
  ['first page CSS', 12, firstPage('css')],
  ['trend chunk JS', 40, named(/^TrendScreen.*\.js$/)],
  ['admin chunk JS', 200, named(/^AdminScreen.*\.js$/)],
];

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

function gzBytes(path) {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

function firstPage(kind) {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const names = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((m) => m[1]);
  return sum(names.filter((name) => name.endsWith('.' + kind)).map((name) => join(dist, name)));
}

function named(pattern) {
  return sum(files(dist).filter((path) => pattern.test(path.split('/').at(-1))));
}

function sum(paths) {
  return paths.reduce((total, path) => total + gzBytes(path), 0);
}

let over = 0;
for (const [name, budgetKb, bytes] of budgets) {
  const kb = bytes / 1024;
  const word = kb <= budgetKb ? 'ok' : 'TOO LARGE';
  if (kb > budgetKb) over += 1;
  console.log(`size ${name}: ${kb.toFixed(1)} KB of ${budgetKb} KB gz, ${word}`);
}
for (const path of files(dist).filter((p) => /\.(js|css|html|svg|json)$/.test(p))) {
  const packed = gzipSync(readFileSync(path), { level: 9 });
  if (packed.length < statSync(path).size) writeFileSync(path + '.gz', packed);
}
process.exit(over ? 1 : 0);
