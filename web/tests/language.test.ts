import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../src/language/en';
import { zh } from '../src/language/zh';

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : [path];
  });
}

const root = new URL('../src', import.meta.url).pathname;
const code = sources(root)
  .filter((path) => /\.(vue|ts)$/.test(path) && !path.includes('/language/'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

describe('languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });

  it('use the same places for values', () => {
    const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort();
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect(places(en[key]), key).toEqual(places(zh[key]));
  });

  it('leave nothing empty', () => {
    for (const [key, text] of [...Object.entries(zh), ...Object.entries(en)]) expect(text.trim(), key).not.toBe('');
  });

  it('stand in their files, not in the screens', () => {
    for (const { path, text } of code) {
      const shown = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/"[^"]*中文[^"]*"|'中文'/g, '');
      expect(/[\u4e00-\u9fff]/.exec(shown)?.[0], path).toBeUndefined();
    }
  });
});

describe('screens', () => {
  it('keep to the content security policy', () => {
    for (const { path, text } of code) {
      expect(/\sstyle="/.test(text), path).toBe(false);
      expect(/v-html|innerHTML|insertAdjacentHTML|\beval\(/.test(text), path).toBe(false);
    }
  });

  it('take every colour from the tokens', () => {
    for (const { path, text } of code) {
      const colors = [...text.matchAll(/#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?=[;'"])/g)].map((m) => m[0]);
      expect(colors, path).toEqual([]);
    }
  });

  it('fetch nothing from elsewhere', () => {
    for (const { path, text } of code) expect(/https?:\/\//.test(text), path).toBe(false);
  });
});
