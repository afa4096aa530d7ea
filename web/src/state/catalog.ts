/* The catalog as the screens need it: everything by id, points with their template. */
import { shallowRef } from 'vue';
import { api } from '../api/client';
import type { Catalog, Device, Pipe, Site, Template, TemplatePoint } from '../api/types';
import { setTimeZone } from '../format/time';

export interface PointInfo {
  id: number;
  device: Device;
  site: Site | undefined;
  template: TemplatePoint;
}

export class CatalogView {
  readonly version: number;
  readonly sites = new Map<number, Site>();
  readonly devices = new Map<number, Device>();
  readonly templates = new Map<number, Template>();
  readonly points = new Map<number, PointInfo>();
  readonly pipes: Pipe[];
  readonly children = new Map<number, Site[]>();
  readonly siteDevices = new Map<number, Device[]>();

  constructor(catalog: Catalog) {
    this.version = catalog.version;
    this.pipes = catalog.pipes;
    for (const template of catalog.templates) this.templates.set(template.id, template);
    for (const site of catalog.sites) {
      this.sites.set(site.id, site);
      if (site.parent !== null) push(this.children, site.parent, site);
    }
    for (const device of catalog.devices) this.addDevice(device);
  }

  private addDevice(device: Device): void {
    this.devices.set(device.id, device);
    push(this.siteDevices, device.site, device);
    const template = this.templates.get(device.template);
    const site = this.sites.get(device.site);
    device.points.forEach((id, i) => {
      const of = template?.points[i];
      if (of) this.points.set(id, { id, device, site, template: of });
    });
  }

  ofType(type: Site['type']): Site[] {
    return [...this.sites.values()].filter((site) => site.type === type);
  }

  byCode(code: string): Site | undefined {
    return [...this.sites.values()].find((site) => site.code === code);
  }

  /* Devices of the site whose template draws a picture come first. */
  devicesOf(site: number): Device[] {
    const drawn = (device: Device): number => (this.pictureOf(device) ? 0 : 1);
    return [...(this.siteDevices.get(site) ?? [])].sort((a, b) => drawn(a) - drawn(b) || a.id - b.id);
  }

  pictureOf(device: Device): string {
    const picture = this.templates.get(device.template)?.picture ?? '';
    return picture === 'station' || picture === 'source' ? picture : '';
  }

  pointsOf(device: Device): PointInfo[] {
    return device.points.map((id) => this.points.get(id)).filter((info): info is PointInfo => info !== undefined);
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/* Without households, which only their station's page and the trend search ask for. */
export const catalog = shallowRef<CatalogView | null>(null);
/* With them, once something asked. */
export const wholeCatalog = shallowRef<CatalogView | null>(null);
export const catalogError = shallowRef<unknown>(null);

let wholeLoading: Promise<void> | null = null;

export async function loadCatalog(): Promise<void> {
  try {
    const loaded = await api.get<Catalog>('/catalog', { households: 0 });
    setTimeZone(loaded.time_zone);
    catalog.value = new CatalogView(loaded);
    catalogError.value = null;
    wholeLoading = null;
    if (wholeCatalog.value) await loadWholeCatalog();
  } catch (error) {
    catalogError.value = error;
  }
}

export function loadWholeCatalog(): Promise<void> {
  wholeLoading ??= api.get<Catalog>('/catalog', { households: 1 }).then(
    (loaded) => {
      wholeCatalog.value = new CatalogView(loaded);
    },
    (error: unknown) => {
      wholeLoading = null;
      throw error;
    },
  );
  return wholeLoading;
}

/* A new version was announced. */
export function catalogChanged(version: number): void {
  if (catalog.value && catalog.value.version !== version) void loadCatalog();
}

export function pointInfo(id: number): PointInfo | undefined {
  return catalog.value?.points.get(id) ?? wholeCatalog.value?.points.get(id);
}

export function siteInfo(id: number | null): Site | undefined {
  if (id === null) return undefined;
  return catalog.value?.sites.get(id) ?? wholeCatalog.value?.sites.get(id);
}

export function deviceInfo(id: number | null): Device | undefined {
  if (id === null) return undefined;
  return catalog.value?.devices.get(id) ?? wholeCatalog.value?.devices.get(id);
}

/* The page of a site: its own when it is a station or source, else of what it belongs to. */
export function pageSite(id: number | null): Site | undefined {
  let site = siteInfo(id);
  while (site && site.type !== 'station' && site.type !== 'source') site = siteInfo(site.parent);
  return site;
}
