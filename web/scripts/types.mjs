/* Write src/api/schema.ts from docs/openapi.json; with --check only say whether it is so. */
import { readFileSync, writeFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';

const source = new URL('../../docs/openapi.json', import.meta.url);
const target = new URL('../src/api/schema.ts', import.meta.url);
const head = '/* Generated from docs/openapi.json by `npm run types`. */\n';
const text = head + astToString(await openapi(source));

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/api/schema.ts is not what docs/openapi.json says: npm run types');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
