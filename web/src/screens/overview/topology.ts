/* The network as a drawing, from sites and pipes alone.
 *
 * A tree from left to right: a column is a step along the pipes; the longest way onward keeps
 * its parent's row, so that the trunk is straight.  Where many ends hang on one site they
 * stand side by side under one line, so that a star of hundreds stays readable.  A site that
 * no pipe reaches hangs on the nearest site above it in the tree of sites; a second pipe into
 * a site (a loop) is an extra edge. */
import type { Pipe, Site } from '../../api/types';

export interface TopologyNode {
  site: Site;
  column: number;
  row: number;
}

export interface TopologyEdge {
  from: number; // sites
  to: number;
  kind: 'next' | 'comb' | 'loop';
}

export interface Topology {
  nodes: TopologyNode[];
  edges: TopologyEdge[];
  columns: number;
  rows: number;
}

const DRAWN = new Set(['source', 'branch', 'station']);
const COMB_FROM = 4; // ends on one site, from which they stand side by side
const COMB_COLUMNS = 6;

function drawnParent(site: Site, sites: Map<number, Site>): number | null {
  let parent = site.parent === null ? undefined : sites.get(site.parent);
  for (let steps = 0; parent && steps < 32; steps += 1) {
    if (DRAWN.has(parent.type)) return parent.id;
    parent = parent.parent === null ? undefined : sites.get(parent.parent);
  }
  return null;
}

/* True when `to` is `from` or stands above it: an edge would close a circle. */
function isAbove(to: number, from: number, parents: Map<number, number>): boolean {
  let at: number | undefined = from;
  while (at !== undefined) {
    if (at === to) return true;
    at = parents.get(at);
  }
  return false;
}

export function layoutTopology(all: Iterable<Site>, pipes: Pipe[]): Topology {
  const sites = new Map<number, Site>();
  for (const site of all) sites.set(site.id, site);
  const drawn = [...sites.values()].filter((site) => DRAWN.has(site.type));
  const parents = new Map<number, number>();
  const loops: TopologyEdge[] = [];
  for (const pipe of pipes) {
    const known = sites.get(pipe.from) && sites.get(pipe.to);
    if (!known || !DRAWN.has(sites.get(pipe.from)?.type ?? '') || !DRAWN.has(known.type)) continue;
    if (parents.has(pipe.to) || isAbove(pipe.to, pipe.from, parents))
      loops.push({ from: pipe.from, to: pipe.to, kind: 'loop' });
    else parents.set(pipe.to, pipe.from);
  }
  for (const site of drawn) {
    const above = parents.has(site.id) ? null : drawnParent(site, sites);
    if (above !== null && !isAbove(site.id, above, parents)) parents.set(site.id, above);
  }
  return place(drawn, parents, loops);
}

function place(drawn: Site[], parents: Map<number, number>, loops: TopologyEdge[]): Topology {
  const children = new Map<number, Site[]>();
  for (const site of drawn) {
    const parent = parents.get(site.id);
    if (parent === undefined) continue;
    const list = children.get(parent);
    if (list) list.push(site);
    else children.set(parent, [site]);
  }
  const depths = new Map<number, number>();
  const depth = (id: number): number => {
    let known = depths.get(id);
    if (known === undefined) {
      known = 1 + Math.max(0, ...(children.get(id) ?? []).map((child) => depth(child.id)));
      depths.set(id, known);
    }
    return known;
  };
  const out: Topology = { nodes: [], edges: [...loops], columns: 0, rows: 0 };
  const put = (site: Site, column: number, row: number): void => {
    out.nodes.push({ site, column, row });
    out.columns = Math.max(out.columns, column + 1);
    out.rows = Math.max(out.rows, row + 1);
  };
  /* Returns the first free row below the subtree. */
  const grow = (site: Site, column: number, row: number): number => {
    put(site, column, row);
    const below = children.get(site.id) ?? [];
    const ends = below.filter((child) => depth(child.id) === 1);
    const comb = ends.length >= COMB_FROM;
    const onward = below.filter((child) => !comb || depth(child.id) > 1).sort((a, b) => depth(b.id) - depth(a.id));
    let next = row;
    for (const child of onward) {
      out.edges.push({ from: site.id, to: child.id, kind: 'next' });
      next = grow(child, column + 1, next);
    }
    if (comb)
      ends.forEach((child, i) => {
        out.edges.push({ from: site.id, to: child.id, kind: 'comb' });
        put(child, column + 1 + (i % COMB_COLUMNS), next + Math.floor(i / COMB_COLUMNS));
      });
    return Math.max(row + 1, comb ? next + Math.ceil(ends.length / COMB_COLUMNS) : next);
  };
  let row = 0;
  for (const site of drawn) if (!parents.has(site.id)) row = grow(site, 0, row);
  return out;
}
