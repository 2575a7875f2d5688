// What the card says about one panel: in its sheet, in its row of the table and to a screen reader.

import { percent } from "./model.js";

/** @typedef {import("./picture.js").Picture} Picture @typedef {import("./model.js").Moment} Moment */
/** @typedef {import("./geometry.js").Group} Group */

const DIGITS = 6;

/**
 * Return the name of a panel: its place in its array, or the name of its device where the array has none.
 * @param {Picture} picture @param {Group | undefined} group @param {number} panel
 */
const nameOf = ({ roof }, group, panel) => {
  const number = (group?.tiles.findIndex(({ index }) => index === panel) ?? 0) + 1;
  return group?.id && group.name ? `${group.name} ${number}` : (roof.panels[panel]?.name ?? "");
};

/** @param {Picture} picture @param {number} panel */
const groupOf = ({ groups }, panel) => groups.find(({ tiles }) => tiles.some(({ index }) => index === panel));

/**
 * Return how a panel compares with its array in words.
 * @param {Picture} picture @param {number | null | undefined} share
 */
const comparison = ({ texts, formats }, share) => {
  if (share === null || share === undefined) return "";
  const difference = percent(share);
  const values = { percent: formats.number(Math.abs(difference)) };
  return texts(difference < 0 ? "array_below" : difference > 0 ? "array_above" : "array_equal", values);
};

/** @param {Picture} picture @param {Moment} moment @param {number} panel */
const stateOf = ({ health, live }, moment, panel) => {
  if (moment.silent.has(panel)) return "silent";
  return live ? (health?.state[panel] ?? "unknown") : "";
};

/** @param {Picture} picture @param {number | null | undefined} value @param {"power" | "energy"} kind */
const amount = ({ formats }, value, kind) => (value === null || value === undefined ? "–" : formats[kind](value));

/**
 * Return what a screen reader reads of a tile.
 * @param {Picture} picture @param {Moment} moment @param {Group} group @param {number} number @param {number} panel
 */
export const labelOf = (picture, moment, group, number, panel) => {
  const { texts, view } = picture;
  const name = group.id && group.name ? `${group.name} ${number}` : (picture.roof.panels[panel]?.name ?? "");
  const state = stateOf(picture, moment, panel);
  const value = view === "energy" ? amount(picture, moment.wh[panel], "energy") : amount(picture, moment.watts[panel], "power");
  const parts = [name, value, moment.asleep ? "" : comparison(picture, picture.shares(moment)[panel])];
  if (state && state !== "good" && state !== "unknown") parts.push(texts(`array_state_${state}`));
  return parts.filter(Boolean).join(", ");
};

/**
 * Return the row of a panel in the table.
 * @param {Picture} picture @param {Moment} moment @param {number} panel
 * @returns {import("./table.js").Row}
 */
export const rowOf = (picture, moment, panel) => {
  const { formats, texts } = picture;
  const share = picture.shares(moment)[panel];
  const state = stateOf(picture, moment, panel);
  const difference = share === null || share === undefined ? "–" : `${signed(formats, percent(share))} %`;
  return {
    panel,
    name: nameOf(picture, groupOf(picture, panel), panel),
    cells: [
      amount(picture, moment.watts[panel], "power"),
      amount(picture, moment.wh[panel], "energy"),
      difference,
      state ? texts(`array_state_${state}`) : "",
    ],
  };
};

/** @param {import("./texts.js").Formats} formats @param {number} value */
const signed = (formats, value) => (value > 0 ? "+" : value < 0 ? "\u2212" : "") + formats.number(Math.abs(value));

/**
 * Return what the sheet of a panel shows.
 * @param {Picture} picture @param {Moment} moment @param {number} panel
 * @returns {import("./sheet.js").Facts}
 */
export const factsOf = (picture, moment, panel) => {
  const { texts, roof, now, live, day } = picture;
  const { name, serial, power, device_id: device } = /** @type {import("./types.d.ts").Panel} */ (roof.panels[panel]);
  const group = groupOf(picture, panel);
  const title = nameOf(picture, group, panel);
  const digits = texts("array_serial", { digits: serial.slice(-DIGITS) });
  const state = stateOf(picture, moment, panel);
  const compared = comparison(picture, picture.overDays ? undefined : picture.shares(moment)[panel]);
  /** @type {[string, string][]} */
  const rows = [
    [texts("array_power"), amount(picture, moment.watts[panel], "power")],
    [texts(live ? "array_energy_today" : "array_energy"), amount(picture, moment.wh[panel], "energy")],
  ];
  const level = live ? picture.health?.level[panel] : undefined;
  if (typeof level === "number") rows.push([texts("array_days"), comparison(picture, level)]);
  else if (compared && !moment.asleep) rows.push([texts("array_compared"), compared]);
  const hours = picture.health?.shade[panel];
  if (live && hours?.length) rows.push([texts("array_shade"), spans(picture, hours)]);
  const age = now?.age_s[panel];
  if (live && now && typeof age === "number") rows.push([texts("array_last_report"), ago(picture, age + Date.now() / 1000 - now.at)]);
  return {
    title,
    subtitle: [title === name ? "" : name, name.includes(serial) ? "" : digits].filter(Boolean).join(" · "),
    rows,
    verdict: verdict(picture, state, panel),
    mark: state,
    own: day?.watts[panel] ?? [],
    array: (group?.tiles ?? []).map(({ index }) => day?.watts[index] ?? []),
    entity: power,
    device,
  };
};

/** @param {Picture} picture @param {string} state @param {number} panel */
const verdict = ({ texts, formats, health }, state, panel) => {
  if (!["weak", "shaded", "no_power", "silent"].includes(state)) return "";
  const since = state === "silent" ? undefined : health?.since[panel];
  const name = texts(`array_state_${state}`);
  const head = since ? texts("array_since", { state: name, day: formats.day(since) }) : name;
  return `${head}. ${texts(`array_about_${state}`)}`;
};

/** Return hours of the day as spans, such as 7:00–9:00. @param {Picture} picture @param {number[]} hours */
const spans = ({ formats }, hours) => {
  /** @type {[number, number][]} */
  const found = [];
  for (const hour of [...hours].sort((one, other) => one - other)) {
    const last = found.at(-1);
    if (last?.[1] === hour) last[1] = hour + 1;
    else found.push([hour, hour + 1]);
  }
  return found.map((span) => span.map(formats.hour).join("–")).join(", ");
};

/** @param {Picture} picture @param {number} seconds */
const ago = ({ hass }, seconds) => {
  const format = new Intl.RelativeTimeFormat(hass.locale.language, { numeric: "always" });
  if (seconds < 3600) return format.format(-Math.max(0, Math.round(seconds / 60)), "minute");
  if (seconds < 172_800) return format.format(-Math.round(seconds / 3600), "hour");
  return format.format(-Math.round(seconds / 86_400), "day");
};
