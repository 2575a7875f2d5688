// The values of one moment, and what each tile shows of them. Lists are in the order of the panels.

import { AMOUNTS, pick, STRONGEST } from "./colors.js";

/** Below this, percentages are noise. */
const LEAST_MEDIAN_W = 5;
/** Fewer panels are no array to compare with. */
const LEAST_PANELS = 3;
/** The recorder's values are this late, and a report covers as much. */
const LATE_S = 900;
/** @type {Set<number>} */
const NONE = new Set();

/** @param {Numbers} values */
export const known = (values) => values.filter((value) => value !== null);

/** @param {Numbers} values */
export const sum = (values) => known(values).reduce((total, value) => total + value, 0);

/** @param {number[]} values @param {number} share */
export const quantile = (values, share) => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** @param {number[]} values */
export const median = (values) => (quantile(values, 0.5) + quantile(values, 0.4999)) / 2;

/**
 * Return how many steps a day has, on which clocks may change.
 * @param {Day} day @param {string} date @param {(seconds: number) => string} dateOf
 */
const stepsOf = ({ start, step }, date, dateOf) => {
  let hours = 22.5;
  while (hours < 26 && dateOf(start + hours * 3600) === date) hours += 0.5;
  return Math.round((hours * 3600) / step);
};

/**
 * Return the energy at the end of each step. Its end is the counter's own figure, where there is one.
 * @param {Numbers} column @param {number} step @param {number | null} total
 * @returns {Numbers}
 */
const running = (column, step, total) => {
  let wh = 0;
  const sums = column.map((watts) => (wh += ((watts ?? 0) * step) / 3600));
  if (!wh && total === null) return column.map(() => null);
  const factor = total !== null && wh ? total / wh : 1;
  return sums.map((value) => Math.round(value * factor));
};

/**
 * Return the values of a day, with a place for every step.
 * @param {Day} day @param {string} date @param {(seconds: number) => string} dateOf
 * @returns {Series}
 */
export const seriesOf = (day, date, dateOf) => {
  const { start, step } = day;
  const steps = stepsOf(day, date, dateOf);
  const watts = day.watts.map((values) => Array.from({ length: steps }, (_, index) => values[index] ?? null));
  const wh = watts.map((column, panel) => running(column, step, day.energy_wh[panel] ?? null));
  return summed({ start, step, steps, watts, wh, totals: [], first: 0, last: -1 });
};

/** Sum up the panels. @param {Series} series */
const summed = (series) => {
  series.totals = Array.from({ length: series.steps }, (_, step) => sum(series.watts.map((column) => column[step] ?? null)));
  const least = Math.max(...series.totals) / 100;
  series.first = Math.max(0, series.totals.findIndex((total) => total > least));
  series.last = series.totals.findLastIndex((total) => total > least);
  return series;
};

/**
 * Add a reading to the values of its day, which the recorder has only later.
 * @param {Series} series @param {Now} now
 */
export const append = (series, now) => {
  const step = Math.floor((now.at - series.start) / series.step);
  series.watts.forEach((column, panel) => {
    const energy = series.wh[panel] ?? [];
    for (let index = Math.max(0, step - Math.floor(LATE_S / series.step)); index <= step && index < series.steps; index++) {
      column[index] ??= now.watts[panel] ?? null;
      // Some gateways report no energy of the day.
      energy[index] = now.today_wh[panel] ?? (energy[index - 1] ?? 0) + Math.round(((column[index] ?? 0) * series.step) / 3600);
    }
  });
  summed(series);
};

/** Return the values of the latest reading. @param {Now} now @param {Numbers} wh For panels without a counter */
export const present = ({ watts, today_wh: counted, asleep, silent }, wh) => ({
  watts,
  wh: counted.map((value, panel) => value ?? wh[panel] ?? null),
  asleep,
  silent: new Set(silent),
});

/** Return the values of a step of a day. @param {Series} series @param {number} step @returns {Moment} */
export const past = ({ watts, wh, first, last }, step) => {
  /** @param {Numbers} column */
  const at = (column) => column[step] ?? null;
  const dark = step < first || step > last;
  return { watts: watts.map(at), wh: wh.map(at), asleep: dark && !watts.some(at), silent: NONE };
};

/**
 * Return the power of each panel divided by the median of its array; null where there is none to compare with.
 * @param {Numbers} watts @param {number[][]} arrays The panels of each array
 * @returns {Numbers}
 */
export const ratios = (watts, arrays) => {
  /** @type {Numbers} */
  const result = watts.map(() => null);
  for (const panels of arrays) {
    const values = known(panels.map((panel) => watts[panel] ?? null));
    const middle = median(values);
    if (values.length < LEAST_PANELS || middle < LEAST_MEDIAN_W) continue;
    for (const panel of panels) {
      const value = watts[panel] ?? null;
      result[panel] = value === null ? null : value / middle;
    }
  }
  return result;
};

/** Return a difference such as −16 in percent. @param {number} ratio */
export const percent = (ratio) => Math.round((ratio - 1) * 100) || 0;

/**
 * Return the marks of the verdicts that held on a day.
 * @param {Health | undefined} health @param {number} panel @param {string} date @param {boolean} today
 * @returns {Look["mark"]}
 */
export const markOf = (health, panel, date, today) => {
  const state = health?.state[panel];
  if (state !== "weak" && state !== "no_power") return "";
  const since = health?.since[panel];
  return today || (since !== undefined && since <= date) ? state : "";
};

/**
 * Return what a tile shows of an amount or, in the comparison, of a ratio.
 * @param {object} options
 * @param {number | null} options.value
 * @param {boolean} options.asleep
 * @param {boolean} options.silent
 * @param {Look["mark"]} options.mark
 * @param {number} options.most The value with the brightest color
 * @param {Color[] | null} options.differences The colors of the comparison
 * @param {(value: number) => string} options.write
 * @returns {Look}
 */
export const look = ({ value, asleep, silent, mark, most, differences, write }) => {
  const plain = { mark, ink: "var(--text)", text: silent ? "?" : "" };
  // Arrays that cannot be compared are no gap in the data.
  if (!silent && (asleep || (value === null && differences))) return { ...plain, kind: "quiet", fill: "var(--quiet)" };
  if (silent || value === null) return { ...plain, kind: silent ? "silent" : "unknown", fill: "url(#hatch)" };
  const { fill, ink } = differences
    ? pick(differences, 0.5 + (value - 1) / (2 * STRONGEST))
    : pick(AMOUNTS, most ? value / most : 0);
  return { kind: "value", mark, fill, ink, text: write(value) };
};
