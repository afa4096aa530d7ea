/* Recomputes from tokens.css what the colours promise: WCAG contrasts, and that alarm colours
 * stay apart for eyes that lack a cone (simulation after Viénot 1999 and Brettel 1997, in
 * linear RGB; distance CIEDE2000). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deltaE2000, toLab, type Rgb } from './color';

const css = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');

function tokens(theme: string): Map<string, Rgb> {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  const found = [...block.matchAll(/--([\w-]+): #([0-9a-f]{6});/g)];
  return new Map(found.map((m) => [m[1] ?? '', rgb(m[2] ?? '')]));
}

function rgb(hex: string): Rgb {
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) as Rgb;
}

const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const gamma = (c: number): number => (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055);

function luminance(color: Rgb): number {
  return 0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]);
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const SIGHTS: Record<string, number[][]> = {
  protan: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  deutan: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
  tritan: [[1, 0.15236, -0.15236], [0, 0.86717, 0.13283], [0, 0.86717, 0.13283]],
};

function seen(color: Rgb, sight: string): Rgb {
  const lin = color.map(linear);
  const rows = SIGHTS[sight] ?? [];
  return rows.map((row) => gamma(Math.min(1, Math.max(0, row.reduce((sum, k, i) => sum + k * (lin[i] ?? 0), 0))))) as Rgb;
}

describe.each(['light', 'dark'])('%s', (theme) => {
  const color = tokens(theme);
  const get = (name: string): Rgb => {
    const found = color.get(name);
    if (!found) throw new Error(`no --${name}`);
    return found;
  };
  const grounds = ['bg', 'panel', 'panel2'];

  it.each([
    ['text', 8.5],
    ['muted', 4.5],
    ['value', 4.5],
    ['focus', 3],
  ])('%s stands out from every ground by %f', (name, least) => {
    for (const ground of grounds) expect(contrast(get(name), get(ground)), ground).toBeGreaterThanOrEqual(least);
  });

  it('text stands out from the canvas by 10, muted text by 5.3', () => {
    expect(contrast(get('text'), get('bg'))).toBeGreaterThanOrEqual(10);
    expect(contrast(get('muted'), get('bg'))).toBeGreaterThanOrEqual(5.3);
  });

  it.each([1, 2, 3, 4])('the sign in glyph %i can be read', (n) => {
    expect(contrast(get(`p${n}`), get(`p${n}-ink`))).toBeGreaterThanOrEqual(4.5);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('pen %i can be seen on the chart', (n) => {
    expect(contrast(get(`pen-${n}`), get('panel2'))).toBeGreaterThanOrEqual(3);
  });

  it('equipment and pipes can be seen', () => {
    for (const name of ['eq-line', 'supply', 'return', 'sec'])
      expect(contrast(get(name), get('bg')), name).toBeGreaterThanOrEqual(2.9);
  });

  it.each(Object.keys(SIGHTS))('alarm colours stay apart for %s sight', (sight) => {
    const least = theme === 'light' ? 12 : 8;
    for (let a = 1; a <= 4; a += 1)
      for (let b = a + 1; b <= 4; b += 1) {
        const distance = deltaE2000(toLab(seen(get(`p${a}`), sight)), toLab(seen(get(`p${b}`), sight)));
        expect(distance, `p${a} p${b}`).toBeGreaterThanOrEqual(least);
      }
  });
});
