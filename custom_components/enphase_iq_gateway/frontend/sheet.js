// The sheet of one panel: its values, its verdict, and its day beside that of its array.

import { html, set, svg, write } from "./element.js";
import { icon } from "./icons.js";
import { known, median } from "./model.js";

/**
 * What the sheet shows.
 * @typedef {object} Facts
 * @property {string} title
 * @property {string} subtitle
 * @property {[string, string][]} rows
 * @property {string} verdict
 * @property {string} mark
 * @property {(number | null)[]} own The power of the panel on the day
 * @property {(number | null)[][]} array The power of the panels of its array on the day
 * @property {string | null} entity
 * @property {string | null} device
 */

const SPARK_HEIGHT = 60;

export class Sheet {
  /** @type {Facts | undefined} */
  #facts;

  /** @param {import("./types.d.ts").Translate} texts @param {() => void} closed */
  constructor(texts, closed) {
    this.title = html("h2", { id: "sheet-title" });
    this.subtitle = html("p");
    this.verdict = html("p");
    this.rows = html("dl");
    this.band = svg("path", { class: "band" });
    this.own = svg("path", { class: "own" });
    this.spark = svg("svg", { class: "spark", preserveAspectRatio: "none", "aria-hidden": "true" }, this.band, this.own);
    this.key = html(
      "div",
      { class: "key" },
      html("span", {}, html("i", { class: "own" }), texts("array_panel")),
      html("span", {}, html("i"), texts("array_its_array")),
    );
    this.history = html("button", { class: "link", onclick: () => this.#openHistory() }, texts("array_history"));
    this.device = html("button", { class: "link", onclick: () => this.#openDevice() }, texts("array_device"));
    this.element = html(
      "dialog",
      {
        "aria-labelledby": "sheet-title",
        onclose: closed,
        // A click outside hits the dialog itself.
        onclick: (/** @type {Event} */ event) => event.target === this.element && this.element.close(),
      },
      html(
        "div",
        { class: "sheet" },
        html(
          "header",
          {},
          this.title,
          html("button", { class: "icon", "aria-label": texts("array_close"), onclick: () => this.element.close() }, icon("close")),
        ),
        this.subtitle,
        this.verdict,
        this.rows,
        this.spark,
        this.key,
        html("div", { class: "actions" }, this.history, this.device),
      ),
    );
  }

  /** Open it, or show what has changed. @param {Facts} facts */
  show(facts) {
    this.#facts = facts;
    write(this.title, facts.title);
    write(this.subtitle, facts.subtitle);
    write(this.verdict, facts.verdict);
    set(this.verdict, { class: `verdict ${facts.mark}`, hidden: !facts.verdict });
    this.rows.replaceChildren(...facts.rows.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]));
    this.#draw(facts);
    set(this.history, { hidden: !facts.entity });
    set(this.device, { hidden: !facts.device });
    if (!this.element.open) this.element.showModal();
  }

  /** @param {Facts} facts */
  #draw({ own, array }) {
    const steps = Math.max(own.length, ...array.map((values) => values.length));
    const middle = Array.from({ length: steps }, (_, step) => median(known(array.map((values) => values[step] ?? null))));
    const most = Math.max(1, ...middle, ...known(own)) * 1.06;
    const [first, last] = [middle.findIndex((value) => value > 0), middle.findLastIndex((value) => value > 0)];
    const empty = first < 0;
    set(this.spark, { viewBox: `${first} 0 ${last - first + 1} ${SPARK_HEIGHT}`, hidden: empty });
    set(this.key, { hidden: empty });
    /** @param {number} value */
    const y = (value) => (SPARK_HEIGHT * (1 - value / most)).toFixed(1);
    const band = middle.map((value, step) => `L${step + 0.5} ${y(value)}`);
    set(this.band, { d: `M0 ${SPARK_HEIGHT}${band.join("")}L${steps} ${SPARK_HEIGHT}Z` });
    let pen = "M";
    const line = own.map((value, step) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const point = `${pen}${step + 0.5} ${y(value)}`;
      pen = "L";
      return point;
    });
    set(this.own, { d: line.join("") });
  }

  #openHistory() {
    this.element.close();
    const detail = { entityId: this.#facts?.entity };
    this.element.dispatchEvent(new CustomEvent("hass-more-info", { bubbles: true, composed: true, detail }));
  }

  #openDevice() {
    this.element.close();
    history.pushState(null, "", `/config/devices/device/${this.#facts?.device}`);
    window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
  }
}
