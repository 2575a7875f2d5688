// The time below the roof: a slider over the day under the curve of its production, playback, and the choice of the day.

import { html, set, svg, write } from "./element.js";
import { icon } from "./icons.js";

const PLAY_MS = 12_000;
const CHART_HEIGHT = 48;
const DAY_MS = 86_400_000;

/** @param {string} date YYYY-MM-DD @param {number} days */
export const addDays = (date, days) => new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);

export class Timeline {
  /** @type {Shown | undefined} */
  #shown;
  /** @type {Series | undefined} */
  #drawn;
  #drawnSteps = -1;
  #frame = 0;

  /**
   * @param {Translate} texts @param {import("./texts.js").Formats} formats
   * @param {{ move: (step: number) => void, live: () => void, choose: (date: string) => void, rest: () => void }} actions
   */
  constructor(texts, formats, actions) {
    this.texts = texts;
    this.formats = formats;
    this.actions = actions;
    this.curve = svg("path", { class: "curve" });
    this.cursor = svg("line", { class: "cursor", y1: 0, y2: CHART_HEIGHT });
    this.chart = svg(
      "svg",
      { class: "chart", preserveAspectRatio: "none", "aria-hidden": "true" },
      this.curve,
      this.cursor,
    );
    this.slider = html("input", {
      type: "range",
      min: 0,
      max: 287,
      "aria-label": texts("array_time"),
      oninput: () => {
        this.pause();
        this.#goTo(Number(this.slider.value));
      },
      onchange: () => actions.rest(),
    });
    this.play = this.#button("play", "array_play", () => (this.#frame ? this.pause() : this.#start()));
    this.live = html("button", { class: "live", onclick: () => this.#toLive() });
    this.before = this.#button("before", "array_day_before", () => this.#turn(-1));
    this.after = this.#button("after", "array_day_after", () => this.#turn(1));
    this.calendar = html("input", {
      type: "date",
      tabindex: -1,
      "aria-hidden": "true",
      onchange: () => this.#choose(this.calendar.value),
    });
    this.label = html("button", { class: "day", onclick: () => this.calendar.showPicker() });
    this.note = html("span", { class: "note" });
    this.least = html("span");
    this.bar = html("span", { class: "bar" });
    this.most = html("span");
    this.legend = html("span", { class: "legend" }, this.least, this.bar, this.most);
    this.element = html(
      "div",
      { class: "timeline" },
      html("div", { class: "track" }, this.chart, this.play, this.slider, this.live),
      html(
        "div",
        { class: "foot" },
        html("div", { class: "days" }, this.before, html("span", { class: "picker" }, this.label, this.calendar), this.after, this.note),
        this.legend,
      ),
    );
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    const { date, today, firstDay, day, step, live, lastStep, value } = shown;
    const steps = day?.steps ?? 288;
    if (day !== this.#drawn || lastStep !== this.#drawnSteps) this.#draw(day, steps, lastStep);
    set(this.slider, { max: steps - 1, disabled: !day });
    this.slider.value = String(step);
    this.slider.style.setProperty("--share", `${(100 * step) / Math.max(1, steps - 1)}%`);
    const time = day ? this.formats.time(day.start + step * day.step) : "";
    set(this.slider, { "aria-valuetext": `${time}, ${value}` });
    const x = (step * steps) / Math.max(1, steps - 1); // under the thumb, which reaches both ends
    set(this.cursor, { x1: x, x2: x });
    write(this.live, live ? this.texts("array_live") : time);
    set(this.live, { class: live ? "live on" : "live", disabled: date !== today || live, title: this.texts("array_to_live") });
    const words = this.formats.day(date);
    write(this.label, date === today ? this.texts("array_today", { day: words }) : words);
    set(this.label, { "aria-label": `${this.label.textContent}. ${this.texts("array_choose_day")}` });
    set(this.calendar, { min: firstDay, max: today });
    if (this.calendar.value !== date) this.calendar.value = date;
    set(this.before, { disabled: date <= firstDay });
    set(this.after, { disabled: date >= today });
    write(this.note, day && day.step >= 3600 ? this.texts("array_hourly") : "");
  }

  pause() {
    if (!this.#frame) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#showPlaying(false);
    this.actions.rest();
  }

  /** @param {Series | undefined} day @param {number} steps @param {number} lastStep */
  #draw(day, steps, lastStep) {
    this.#drawn = day;
    this.#drawnSteps = lastStep;
    set(this.chart, { viewBox: `0 0 ${steps} ${CHART_HEIGHT}` });
    if (!day) return set(this.curve, { d: "" });
    const totals = day.totals.slice(0, lastStep + 1);
    const most = Math.max(1, ...totals);
    const points = totals.map((total, step) => {
      const y = (CHART_HEIGHT - (total / most) * (CHART_HEIGHT - 4)).toFixed(1);
      return `L${step} ${y}L${step + 1} ${y}`;
    });
    set(this.curve, { d: `M0 ${CHART_HEIGHT}${points.join("")}L${totals.length} ${CHART_HEIGHT}Z` });
  }

  #start() {
    const shown = this.#shown;
    if (!shown?.day) return;
    const first = shown.day.first;
    const last = Math.min(shown.day.last, shown.lastStep);
    if (last <= first) return;
    const from = shown.live || shown.step >= last || shown.step < first ? first : shown.step;
    const jump = matchMedia("(prefers-reduced-motion: reduce)").matches ? Math.max(1, 3600 / shown.day.step) : 1;
    const began = performance.now();
    this.#showPlaying(true);
    const tick = (/** @type {number} */ now) => {
      const passed = (Math.max(0, now - began) / PLAY_MS) * (last - first);
      const step = Math.min(last, from + Math.floor(passed / jump) * jump);
      if (step !== this.#shown?.step || this.#shown.live) this.#goTo(step);
      if (step < last) this.#frame = requestAnimationFrame(tick);
      else this.pause();
    };
    this.#frame = requestAnimationFrame(tick);
  }

  /** @param {boolean} playing */
  #showPlaying(playing) {
    this.play.replaceChildren(icon(playing ? "pause" : "play"));
    set(this.play, { "aria-label": this.texts(playing ? "array_pause" : "array_play") });
  }

  /** @param {number} step */
  #goTo(step) {
    const shown = this.#shown;
    if (!shown) return;
    if (shown.date === shown.today && step >= shown.lastStep) this.actions.live();
    else this.actions.move(step);
  }

  #toLive() {
    this.pause();
    this.actions.live();
  }

  /** @param {number} days */
  #turn(days) {
    if (this.#shown) this.#choose(addDays(this.#shown.date, days));
  }

  /** @param {string} date */
  #choose(date) {
    const shown = this.#shown;
    if (!shown || !date || date < shown.firstDay || date > shown.today) return;
    this.pause();
    this.actions.choose(date);
  }

  /** @param {IconName} name @param {string} text @param {() => void} onclick */
  #button(name, text, onclick) {
    return html("button", { class: `icon ${name}`, "aria-label": this.texts(text), onclick }, icon(name));
  }
}
