/* Where roles stand on the two process pictures; 1160 × 620 units. */
import type { RoleName } from '../../state/roles';

export interface Place {
  role: RoleName;
  x: number;
  y: number;
}

export interface PumpPlace {
  n: 1 | 2 | 3;
  x: number;
  y: number;
  label: 'above' | 'below' | 'beside';
}

export interface Picture {
  pipes: { kind: 'supply' | 'return' | 'sec'; path: string; thick: boolean }[];
  arrows: { x: number; y: number; turn: number }[];
  words: { key: string; x: number; y: number }[];
  values: Place[];
  pumps: PumpPlace[];
}

export const STATION: Picture = {
  pipes: [
    { kind: 'supply', path: 'M16 108H470V170', thick: true },
    { kind: 'return', path: 'M470 400V484H16', thick: true },
    { kind: 'supply', path: 'M540 170V108H1050V196', thick: false },
    { kind: 'return', path: 'M1050 352V484H540V400', thick: false },
  ],
  arrows: [
    { x: 150, y: 108, turn: 0 },
    { x: 110, y: 484, turn: 180 },
    { x: 960, y: 108, turn: 0 },
    { x: 870, y: 484, turn: 180 },
  ],
  words: [
    { key: 'primary_supply', x: 16, y: 94 },
    { key: 'primary_return', x: 16, y: 508 },
    { key: 'secondary_supply', x: 800, y: 94 },
    { key: 'secondary_return', x: 640, y: 508 },
  ],
  values: [
    { role: 'primary_supply_temperature', x: 24, y: 124 },
    { role: 'primary_supply_pressure', x: 24, y: 186 },
    { role: 'valve_command', x: 202, y: 148 },
    { role: 'valve_feedback', x: 202, y: 210 },
    { role: 'heat_power', x: 202, y: 354 },
    { role: 'primary_flow', x: 202, y: 416 },
    { role: 'primary_return_pressure', x: 24, y: 354 },
    { role: 'primary_return_temperature', x: 24, y: 416 },
    { role: 'secondary_supply_temperature', x: 594, y: 124 },
    { role: 'secondary_supply_pressure', x: 594, y: 186 },
    { role: 'supply_setpoint', x: 772, y: 124 },
    { role: 'outdoor_temperature', x: 772, y: 186 },
    { role: 'secondary_flow', x: 594, y: 354 },
    { role: 'secondary_return_pressure', x: 594, y: 416 },
    { role: 'secondary_return_temperature', x: 772, y: 354 },
    { role: 'make_up_flow', x: 754, y: 528 },
  ],
  pumps: [
    { n: 1, x: 970, y: 484, label: 'above' },
    { n: 2, x: 970, y: 552, label: 'below' },
  ],
};

export const SOURCE: Picture = {
  pipes: [
    { kind: 'supply', path: 'M236 190H1130', thick: true },
    { kind: 'return', path: 'M1130 400H236', thick: true },
  ],
  arrows: [
    { x: 1090, y: 190, turn: 0 },
    { x: 1060, y: 400, turn: 180 },
  ],
  words: [
    { key: 'supply', x: 1010, y: 176 },
    { key: 'return', x: 1010, y: 424 },
  ],
  values: [
    { role: 'supply_setpoint', x: 290, y: 116 },
    { role: 'source_supply_temperature', x: 290, y: 206 },
    { role: 'source_supply_pressure', x: 468, y: 206 },
    { role: 'source_flow', x: 646, y: 206 },
    { role: 'heat_power', x: 824, y: 206 },
    { role: 'source_return_temperature', x: 646, y: 330 },
    { role: 'source_return_pressure', x: 824, y: 330 },
    { role: 'make_up_flow', x: 824, y: 470 },
    { role: 'outdoor_temperature', x: 90, y: 52 },
  ],
  pumps: [
    { n: 1, x: 420, y: 400, label: 'above' },
    { n: 2, x: 420, y: 476, label: 'beside' },
    { n: 3, x: 420, y: 552, label: 'beside' },
  ],
};
