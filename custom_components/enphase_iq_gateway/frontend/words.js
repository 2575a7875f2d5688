// The words about one panel: in its sheet, in its row of the table and for a screen reader.

import { percent } from "./model.js";

/** @typedef {import("./picture.js").Picture} Picture */

/**
 * Return the name of a panel: its place in its array, or the name of its device where the array has none.
 * @param {Picture} picture @param {Group | undefined} group @param {number} panel
 */
export const nameOf = ({ roof }, group, panel) => {
  const number = (group?.tiles.findIndex(({ index }) => index === panel) ?? 0) + 1;
  return group?.id && group.name ? `${group.name} ${number}` : (roof.panels[panel]?.name ?? "");
};

/** @param {Picture} picture @param {number} panel */
export const groupOf = ({ groups }, panel) => groups.find(({ tiles }) => tiles.some(({ index }) => index === panel));

/**
 * Return how a panel compares with its array in words.
 * @param {Picture} picture @param {number | null | undefined} share
 */
export const comparison = ({ texts, formats }, share) => {
  if (share === null || share === undefined) return "";
  const difference = percent(share);
  const values = { percent: formats.number(Math.abs(difference)) };
  return texts(difference < 0 ? "array_below" : difference > 0 ? "array_above" : "array_equal", values);
};

/** @param {Picture} picture @param {Moment} moment @param {number} panel */
export const stateOf = ({ health, live }, moment, panel) => {
  if (moment.silent.has(panel)) return "silent";
  return live ? (health?.state[panel] ?? "unknown") : "";
};

/** @param {Picture} picture @param {number | null | undefined} value @param {"power" | "energy"} kind */
export const amount = ({ formats }, value, kind) => (value === null || value === undefined ? "–" : formats[kind](value));

/**
 * Return what a screen reader reads of a tile.
 * @param {Picture} picture @param {Moment} moment @param {Group} group @param {number} panel
 */
export const labelOf = (picture, moment, group, panel) => {
  const state = stateOf(picture, moment, panel);
  const value = picture.view === "energy" ? amount(picture, moment.wh[panel], "energy") : amount(picture, moment.watts[panel], "power");
  return [
    nameOf(picture, group, panel),
    value,
    !moment.asleep && comparison(picture, picture.shares(moment)[panel]),
    state && state !== "good" && state !== "unknown" && picture.texts(`array_state_${state}`),
  ]
    .filter(Boolean)
    .join(", ");
};

/** Write a difference with its sign. @param {import("./texts.js").Formats} formats @param {number} value */
export const signed = (formats, value) => (value > 0 ? "+" : value < 0 ? "\u2212" : "") + formats.number(Math.abs(value));
