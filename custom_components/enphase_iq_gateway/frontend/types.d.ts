// What the page and the integration send each other, and the part of Home Assistant's objects that the page uses.
// Lists are in the order of `Roof.panels`. Only the type check reads this file.

export interface Panel {
  serial: string;
  name: string;
  device_id: string | null;
  /** The power entity; null where it is disabled. */
  power: string | null;
  /** The highest power that the inverter can make. */
  ceiling_w: number | null;
}

export interface PanelArray {
  id: string;
  name: string;
  /** Degrees clockwise from north; null where it is not known. */
  azimuth: number | null;
  x: number;
  y: number;
}

/** The middle of a panel; an upright one is 100 wide and 199 high. */
export interface Place {
  array: string;
  x: number;
  y: number;
  lying: boolean;
}

export interface Layout {
  version: number;
  source: "automatic" | "enphase" | "person";
  arrays: PanelArray[];
  /** By serial. */
  panels: Record<string, Place>;
}

export interface Roof {
  kind: "roof";
  title: string;
  zone: string;
  /** The first day with statistics, and the first with 5-minute values, as YYYY-MM-DD. */
  first_day: string | null;
  fine_from: string | null;
  panels: Panel[];
  layout: Layout;
  can_edit: boolean;
}

export interface Now {
  kind: "now";
  /** Seconds since 1970. */
  at: number;
  /** Whether the inverters could be read. */
  available: boolean;
  asleep: boolean;
  watts: (number | null)[];
  today_wh: (number | null)[];
  /** Age of the last report of each panel. */
  age_s: (number | null)[];
  /** Indices of the panels that do not communicate. */
  silent: number[];
}

export type HealthState = "good" | "weak" | "shaded" | "no_power" | "silent" | "unknown";

export interface Health {
  kind: "health";
  day: string;
  /** Share of the array's power, 1 = as its array. */
  level: (number | null)[];
  state: HealthState[];
  /** First day, by index. */
  since: Record<string, string>;
  /** Hours of the day, by index. */
  shade: Record<string, number[]>;
}

export type ArrayEvent = Roof | Now | Health;

export interface Day {
  /** Seconds since 1970. */
  start: number;
  step: number;
  /** By panel, then by step, up to the last step with a value. */
  watts: (number | null)[][];
  /** Of the whole day. */
  energy_wh: (number | null)[];
  measured_energy: boolean;
}

export type View = "power" | "energy" | "compare";

export interface CardConfig {
  type: string;
  entry_id?: string;
  title?: string;
  view?: View;
  /** Names or ids of the arrays to show. */
  arrays?: string[];
  show_values?: boolean;
}

export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** An entity that is not disabled. */
export interface Entity {
  entity_id: string;
  platform: string;
  device_id?: string;
  name?: string | null;
  translation_key?: string;
}

export interface Device {
  id: string;
  name: string | null;
  name_by_user: string | null;
  via_device_id: string | null;
  config_entry_id?: string | null;
  primary_config_entry?: string | null;
  config_entries: string[];
}

export interface Hass {
  connected: boolean;
  locale: {
    language: string;
    number_format: string;
    time_format: string;
  };
  language: string;
  user?: { is_admin: boolean };
  themes?: { darkMode: boolean };
  entities: Record<string, Entity>;
  devices: Record<string, Device>;
  states: Record<string, { attributes: { device_class?: string } }>;
  connection: {
    subscribeMessage<T>(callback: (message: T) => void, message: object, options?: object): Promise<() => Promise<void>>;
  };
  callWS<T>(message: object): Promise<T>;
  localize: Translate;
  loadBackendTranslation(category: string, integration: string): Promise<Translate>;
}

export interface Suggestion {
  label?: string;
  config: CardConfig;
}

declare global {
  interface HTMLElementTagNameMap {
    "ha-card": HTMLElement;
  }
  interface Window {
    customCards?: object[];
    customStrategies?: object[];
  }
}
