// The words above the roof: how much the panels make, how many report, and which need a look.

import { set } from "./element.js";
import { known, sum } from "./model.js";

/** @typedef {import("./picture.js").Picture} Picture */

const CHIPS = { no_power: "!", weak: "▾", silent: "?", shaded: "◐" };

/** Show the total, or with what the panels are compared. @param {Picture} picture @param {Moment} moment */
export const summarize = (picture, moment) => {
  const { date, formats, frame, hasLevels, live, now, order, overDays, texts, view } = picture;
  const time = live && now ? formats.time(now.at) : picture.time;
  const count = order.length;
  set(frame.spans.element, { hidden: view !== "compare" || !hasLevels });
  frame.spans.show(overDays ? "days" : "moment", "moment", live ? texts("array_moment") : time);
  const panels = texts("array_panels", { count });
  if (view === "compare")
    return frame.summarize(panels, hasLevels ? texts("array_against") : texts("array_against_at", { time }));
  const values = known(order.map((panel) => (view === "power" ? moment.watts : moment.wh)[panel] ?? null));
  const total = values.length ? formats[view](sum(values)) : "–";
  if (view === "energy") return frame.summarize(total, picture.wholeDay ? formats.day(date) : texts("array_until", { time }));
  const at = texts("array_at", { time });
  if (moment.asleep) return frame.summarize(total, live ? texts("array_asleep") : at, true);
  const reporting = order.filter((panel) => moment.watts[panel] !== null && !moment.silent.has(panel)).length;
  const reports = reporting === count ? panels : texts("array_reporting", { reporting, count });
  frame.summarize(total, time ? `${at} · ${reports}` : reports);
};

/** Offer to highlight the panels that need a look. @param {Picture} picture @param {Look[]} looks */
export const showChips = (picture, looks) => {
  const { frame, health, order, roofView, table, texts, view } = picture;
  /** @type {Record<string, number[]>} */
  const panels = { no_power: [], weak: [], silent: [], shaded: [] };
  for (const panel of order) {
    const { kind, mark } = looks[panel] ?? { kind: "", mark: "" };
    panels[mark]?.push(panel);
    if (kind === "silent") panels["silent"]?.push(panel);
    if (view === "compare" && health?.state[panel] === "shaded") panels["shaded"]?.push(panel);
  }
  const chips = Object.entries(CHIPS).flatMap(([kind, sign]) => {
    const count = panels[kind]?.length;
    return count ? { kind, sign, text: texts(`array_count_${kind}`, { count }) } : [];
  });
  if (!panels[picture.filter]?.length) picture.filter = "";
  frame.showChips(chips, picture.filter);
  const chosen = picture.filter ? new Set(panels[picture.filter]) : null;
  roofView.highlight(chosen);
  table?.highlight(chosen);
};
