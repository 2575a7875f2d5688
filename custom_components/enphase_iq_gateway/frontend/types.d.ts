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
}

export interface Hass {
  connected: boolean;
  locale: {
    language: string;
    number_format: string;
    time_format: string;
  };
  entities: Record<string, Entity>;
  devices: Record<string, Device>;
  states: Record<string, { attributes: { device_class?: string } }>;
  connection: {
    subscribeMessage<T>(callback: (message: T) => void, message: object, options?: object): Promise<() => Promise<void>>;
  };
  callWS<T>(message: object): Promise<T>;
  loadBackendTranslation(category: string, integration: string): Promise<Translate>;
}

/** What a dialog of Home Assistant offers. */
export interface Offer {
  name: string;
  description: string;
}

export interface Point {
  x: number;
  y: number;
}

/** A box around panels. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A panel on the roof: its middle, its size before it is turned, and by how many degrees it is turned. */
export interface Tile {
  index: number;
  x: number;
  y: number;
  width: number;
  height: number;
  turn: number;
}

/** An array, with its panels as they are read: row by row. The panels without a place are one without an id. */
export interface Group {
  id: string;
  name: string;
  tiles: Tile[];
  box: Box;
}

export type Numbers = (number | null)[];

/** The values at one time. */
export interface Moment {
  watts: Numbers;
  /** Since midnight. */
  wh: Numbers;
  asleep: boolean;
  silent: Set<number>;
}

/** The values of a day by panel and step, and their sum by step. */
export interface Series {
  start: number;
  step: number;
  steps: number;
  watts: Numbers[];
  wh: Numbers[];
  totals: number[];
  /** The first and the last step with production worth a look. */
  first: number;
  last: number;
}

export type Rgb = [number, number, number];

/** A color, and the black or white in which a text on it is readable. */
export interface Color {
  fill: string;
  ink: string;
}

/** What a tile shows. */
export interface Look extends Color {
  /** A value has a color, `quiet` is plain, the others are hatched. */
  kind: "value" | "quiet" | "unknown" | "silent";
  mark: "" | "weak" | "no_power";
  text: string;
}

/** The nodes of a tile and what they show. */
export interface TileNodes {
  tile: Tile;
  group: Group;
  element: SVGGElement;
  face: SVGRectElement;
  outline: SVGRectElement;
  text: SVGTextElement;
  badge: SVGGElement;
  sign: SVGPathElement;
  middle: Point;
  look: Look | undefined;
}

/** What the timeline shows. */
export interface Shown {
  date: string;
  today: string;
  firstDay: string;
  day: Series | undefined;
  /** The step that is shown. */
  step: number;
  /** Whether the latest reading is shown. */
  live: boolean;
  /** The last step that can be shown. */
  lastStep: number;
  /** The total at the step, in words. */
  value: string;
}

/** What the sheet of a panel shows. */
export interface Facts {
  title: string;
  subtitle: string;
  rows: [string, string][];
  verdict: string;
  mark: string;
  /** Power of the panel, and of the panels of its array, on the day. */
  own: Numbers;
  array: Numbers[];
  entity: string | null;
  device: string | null;
}

/** A row of the table. */
export interface Row {
  panel: number;
  name: string;
  cells: string[];
}

/** An item of the menu. */
export interface Item {
  text: string;
  act: () => void;
}

export interface Chip {
  kind: string;
  sign: string;
  text: string;
}

export type IconName = "play" | "pause" | "before" | "after" | "menu" | "close" | "moon";
export type Attributes = Record<string, string | number | boolean | null | undefined | ((event: any) => void)>;
export type Child = Node | string | null | undefined;

declare global {
  // For the modules of the card.
  type Hass = import("./types.d.ts").Hass;
  type Translate = import("./types.d.ts").Translate;
  type Panel = import("./types.d.ts").Panel;
  type Point = import("./types.d.ts").Point;
  type PanelArray = import("./types.d.ts").PanelArray;
  type Place = import("./types.d.ts").Place;
  type Entity = import("./types.d.ts").Entity;
  type Layout = import("./types.d.ts").Layout;
  type Roof = import("./types.d.ts").Roof;
  type Now = import("./types.d.ts").Now;
  type Health = import("./types.d.ts").Health;
  type Day = import("./types.d.ts").Day;
  type View = import("./types.d.ts").View;
  type CardConfig = import("./types.d.ts").CardConfig;
  type ArrayEvent = import("./types.d.ts").ArrayEvent;
  type Offer = import("./types.d.ts").Offer;
  type Box = import("./types.d.ts").Box;
  type Tile = import("./types.d.ts").Tile;
  type Group = import("./types.d.ts").Group;
  type Numbers = import("./types.d.ts").Numbers;
  type Moment = import("./types.d.ts").Moment;
  type Series = import("./types.d.ts").Series;
  type Rgb = import("./types.d.ts").Rgb;
  type Color = import("./types.d.ts").Color;
  type Look = import("./types.d.ts").Look;
  type TileNodes = import("./types.d.ts").TileNodes;
  type Shown = import("./types.d.ts").Shown;
  type Facts = import("./types.d.ts").Facts;
  type Row = import("./types.d.ts").Row;
  type Item = import("./types.d.ts").Item;
  type Chip = import("./types.d.ts").Chip;
  type IconName = import("./types.d.ts").IconName;
  type Attributes = import("./types.d.ts").Attributes;
  type Child = import("./types.d.ts").Child;
  interface HTMLElementTagNameMap {
    "ha-card": HTMLElement;
  }
  interface Window {
    customCards?: object[];
    customStrategies?: object[];
  }
}
