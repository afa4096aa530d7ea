/* The API's shapes under the house's words; the truth is schema.ts, generated. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Account = Schemas['Account'];
export type AccountMade = Schemas['AccountMade'];
export type AccountChanged = Schemas['AccountChanged'];
export type Acknowledged = Schemas['Acknowledged'];
export type Alarm = Schemas['Alarm'];
export type AlarmKind = Schemas['AlarmKind'];
export type AlarmState = Schemas['AlarmState'];
export type Alarms = Schemas['Alarms'];
export type Catalog = Schemas['Catalog'];
export type Completeness = Schemas['Completeness'];
export type CompletenessDevice = Schemas['CompletenessDevice'];
export type Device = Schemas['Device'];
export type DeviceState = Schemas['DeviceState'];
export type Gap = Schemas['Gaps']['gaps'][number];
export type ImportResult = Schemas['ImportResult'];
export type LiveAlarms = Schemas['LiveAlarms'];
export type LiveEnd = Schemas['LiveEnd'];
export type LogRecord = Schemas['LogRecord'];
export type LogRecordWhole = Schemas['LogRecordWhole'];
export type Pipe = Schemas['Pipe'];
export type Problem = Schemas['Problem'];
export type Quantity = Schemas['Quantity'];
export type Right = Schemas['Right'];
export type Role = Schemas['Role'];
export type Session = Schemas['Session'];
export type Site = Schemas['Site'];
export type SiteType = Schemas['SiteType'];
export type Status = Schemas['Status'];
export type Template = Schemas['Template'];
export type TemplatePoint = Schemas['TemplatePoint'];
export type Terminal = Schemas['Terminal'];
export type TerminalMade = Schemas['TerminalMade'];
export type Trend = Schemas['Trend'];
export type TrendSeries = Schemas['TrendSeries'];

/* [[unacknowledged, active] × 4], priority 1 first. */
export type AlarmCounts = [number, number][];
