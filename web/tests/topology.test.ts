import { describe, expect, it } from 'vitest';
import type { Pipe, Site } from '../src/api/types';
import { layoutTopology } from '../src/screens/overview/topology';

function site(id: number, type: Site['type'], parent: number | null): Site {
  return { id, code: `C${id}`, name: `n${id}`, name_en: '', type, parent, area_m2: null, x_m: null, y_m: null };
}

function pipe(id: number, from: number, to: number): Pipe {
  return { id, code: `P${id}`, from, to, length_m: null, diameter_mm: null };
}

function unique(places: { column: number; row: number }[]): boolean {
  return new Set(places.map((place) => `${place.column}.${place.row}`)).size === places.length;
}

describe('topology', () => {
  it('follows the pipes and keeps the trunk straight', () => {
    const sites = [site(1, 'company', null), site(2, 'source', 1), site(3, 'branch', 2), ...[4, 5, 6, 7].map((id) => site(id, 'station', 3))];
    const pipes = [pipe(1, 2, 3), pipe(2, 3, 4), pipe(3, 4, 5), pipe(4, 4, 6), pipe(5, 6, 7)];
    const made = layoutTopology(sites, pipes);
    const at = new Map(made.nodes.map((node) => [node.site.id, [node.column, node.row]]));
    expect(at.has(1)).toBe(false);
    expect(at.get(7)).toEqual([4, 0]); // the longest way
    expect(at.get(5)).toEqual([3, 1]);
    expect(unique(made.nodes)).toBe(true);
    expect(made.edges).toHaveLength(5);
  });

  it('hangs a site without a pipe on the site above it', () => {
    const made = layoutTopology([site(1, 'source', null), site(2, 'district', 1), site(3, 'station', 2)], []);
    expect(made.edges).toEqual([{ from: 1, to: 3, kind: 'next' }]);
  });

  it('sets many ends side by side', () => {
    const sites = [site(1, 'source', null), ...Array.from({ length: 200 }, (_, i) => site(i + 2, 'station', 1))];
    const made = layoutTopology(sites, sites.slice(1).map((one) => pipe(one.id, 1, one.id)));
    expect(made.nodes).toHaveLength(201);
    expect(unique(made.nodes)).toBe(true);
    expect(made.columns).toBeLessThanOrEqual(7);
    expect(made.rows).toBe(34);
  });

  it('draws a loop as one more edge and survives a circle', () => {
    const sites = [site(1, 'source', null), site(2, 'station', null), site(3, 'station', null)];
    const made = layoutTopology(sites, [pipe(1, 1, 2), pipe(2, 2, 3), pipe(3, 1, 3), pipe(4, 3, 2)]);
    expect(made.nodes).toHaveLength(3);
    expect(made.edges.filter((edge) => edge.kind === 'loop')).toHaveLength(2);
  });

  it('takes a chain of a thousand', () => {
    const sites = [site(1, 'source', null), ...Array.from({ length: 1000 }, (_, i) => site(i + 2, 'station', null))];
    const made = layoutTopology(sites, sites.slice(1).map((one) => pipe(one.id, one.id - 1, one.id)));
    expect(made.rows).toBe(1);
    expect(made.columns).toBe(1001);
  });
});
