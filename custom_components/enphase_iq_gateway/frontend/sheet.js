// The sheet of one panel: its values, its verdict, and its day beside that of its array.

import { html, set, svg, write } from "./element.js";
import { icon } from "./icons.js";
import { known, median } from "./model.js";
import { amount, comparison, groupOf, nameOf, stateOf } from "./words.js";

/** @typedef {import("./picture.js").Picture} Picture */

const SPARK_HEIGHT = 60;
const DIGITS = 6;
const STYLE = `
dialog{border:1px solid var(--line);border-radius:16px;padding:0;background:var(--surface);color:var(--text);width:min(420px,calc(100vw - 24px));
max-height:calc(100dvh - 24px);box-shadow:0 12px 40px rgb(0 0 0/.4);overflow:auto}
dialog::backdrop{background:rgb(0 0 0/.4)}
.sheet{padding:12px 12px 16px 20px}
.sheet header{grid-template-columns:1fr auto;margin:0}
.sheet h2{font-size:20px}
.sheet p{margin:0 8px 10px 0;color:var(--text2)}
.sheet p.verdict{color:var(--text);border-inline-start:4px solid var(--line);padding-inline-start:10px}
.sheet p.weak{border-color:var(--warning)}.sheet p.no_power{border-color:var(--error)}
dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;margin:0 8px 10px 0}
dt{color:var(--text2)}dd{margin:0;text-align:end;font-variant-numeric:tabular-nums}
.spark{display:block;width:calc(100% - 8px);height:72px;margin:4px 0 2px}
.spark .band{fill:var(--quiet)}
.spark .own{fill:none;stroke:var(--primary);stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.key{display:flex;gap:16px;font-size:12px;color:var(--text2);margin-bottom:8px}
.key i{display:inline-block;width:14px;height:8px;margin-inline-end:6px;background:var(--quiet);border:1px solid var(--line)}
.key i.own{height:0;border:0;border-top:2px solid var(--primary);vertical-align:middle}
.actions{display:flex;flex-wrap:wrap;gap:0 20px}
`;

export class Sheet {
  /** @type {Facts | undefined} */
  #facts;

  /** @param {Translate} texts @param {() => void} closed */
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
      html("style", {}, STYLE),
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

  /** Open it, or show what has changed. @param {Picture} picture @param {Moment} moment @param {number} panel */
  show(picture, moment, panel) {
    const facts = factsOf(picture, moment, panel);
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

/**
 * Return what the sheet of a panel shows.
 * @param {Picture} picture @param {Moment} moment @param {number} panel
 * @returns {Facts}
 */
const factsOf = (picture, moment, panel) => {
  const { texts, roof, now, live, day } = picture;
  const { name, serial, power, device_id: device } = /** @type {Panel} */ (roof.panels[panel]);
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
