// What the tiles and the legend show of a moment.

import { AMOUNTS, gradient } from "./colors.js";
import { set, write } from "./element.js";
import { known, look, markOf, percent, quantile } from "./model.js";
import { signed } from "./words.js";

/** @typedef {import("./picture.js").Picture} Picture */

/**
 * Return what the tiles show, by index of the panel.
 * @param {Picture} picture @param {Moment} moment
 */
export const looksOf = (picture, moment) => {
  const { date, differences, formats, health, overDays, roof, today, view } = picture;
  const compare = view === "compare";
  const most = mostOf(picture, moment);
  const values = compare ? picture.shares(moment) : view === "power" ? moment.watts : moment.wh;
  const kilo = view === "energy" && most >= 1000;
  /** @param {number} value */
  const text = (value) => {
    if (compare) return signed(formats, percent(value));
    return kilo ? formats.number(value / 1000, 2) : formats.number(value);
  };
  return roof.panels.map((_, panel) =>
    look({
      value: values[panel] ?? null,
      asleep: moment.asleep && !overDays && view !== "energy",
      silent: moment.silent.has(panel),
      mark: markOf(health, panel, date, date === today),
      most,
      differences: compare ? differences : null,
      write: text,
    }),
  );
};

/** Return the value with the brightest color. @param {Picture} picture @param {Moment} moment */
const mostOf = ({ best, day, lastStep, live, roof, view }, moment) => {
  if (view === "energy") {
    const ends = live || best || !day ? moment.wh : day.wh.map((column) => column[lastStep] ?? null);
    return nice(Math.max(1, ...known(ends)));
  }
  const ceilings = best ? [] : known(roof.panels.map(({ ceiling_w: ceiling }) => ceiling));
  const most = Math.max(1, ...known(moment.watts));
  return best ? most : nice(ceilings.length ? quantile(ceilings, 0.98) : most);
};

/** Round up to a number that reads well in a legend. @param {number} value */
const nice = (value) => {
  const unit = 10 ** Math.floor(Math.log10(value)) / 10;
  return Math.ceil(value / unit) * unit;
};

/** Show what the colors mean. @param {Picture} picture @param {Moment} moment */
export const showLegend = (picture, moment) => {
  const { differences, formats, texts, timeline, view } = picture;
  const compare = view === "compare";
  const { bar, legend, least, most } = timeline;
  write(least, compare ? "\u221225 %" : "0");
  write(most, compare ? "+25 %" : formats[view](mostOf(picture, moment)));
  set(bar, { style: `background:${gradient(compare ? differences : AMOUNTS)}` });
  set(legend, { title: compare ? texts("array_against") : null });
};
