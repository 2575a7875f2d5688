// The fixed parts of the card around the roof: title, choice of the view, menu, total and chips.

import { html, set, write } from "./element.js";
import { icon } from "./icons.js";

/** @type {View[]} */
const VIEWS = ["power", "energy", "compare"];
const TEXTS = {
  power: "array_power",
  energy: "array_energy",
  compare: "array_compare",
  days: "array_days",
  moment: "array_moment",
};

/**
 * A row of buttons of which one is pressed.
 * @template {string} T
 * @param {string} label @param {T[]} values @param {(value: T) => string} text @param {(value: T) => void} choose
 * @param {string} [size]
 */
const segment = (label, values, text, choose, size = "") => {
  const buttons = values.map((value) => html("button", { onclick: () => choose(value) }, text(value)));
  return {
    element: html("div", { class: `segment ${size}`, role: "group", "aria-label": label }, ...buttons),
    /** @param {T} chosen @param {T} [renamed] @param {string} [name] */
    show(chosen, renamed, name) {
      buttons.forEach((button, index) => {
        set(button, { "aria-pressed": String(values[index] === chosen) });
        if (values[index] === renamed && name) write(button, name);
      });
    },
  };
};

export class Frame {
  /** @type {string} */
  #chips = "";
  /** @type {() => Item[]} */
  #items;

  /**
   * @param {Translate} texts
   * @param {object} actions
   * @param {(view: View) => void} actions.view
   * @param {(span: "moment" | "days") => void} actions.span
   * @param {(kind: string) => void} actions.filter
   * @param {() => Item[]} actions.items The items of the menu
   * @param {() => void} actions.arrange
   */
  constructor(texts, { view, span, filter, items, arrange }) {
    this.texts = texts;
    this.filter = filter;
    this.#items = items;
    this.views = segment(texts("array_view"), VIEWS, (value) => texts(TEXTS[value]), view);
    /** @type {("days" | "moment")[]} */
    const spans = ["days", "moment"];
    this.spans = segment(texts("array_span"), spans, (value) => texts(TEXTS[value]), span, "low");
    this.title = html("h2");
    this.menu = html("div", { class: "menu", role: "menu", hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event) });
    this.opener = html(
      "button",
      { class: "icon menu-button", "aria-label": texts("array_menu"), "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.#toggle() },
      icon("menu"),
    );
    this.total = html("b");
    this.detail = html("span");
    this.chips = html("div", { class: "chips" });
    this.message = html("div", { class: "message", role: "status" });
    this.question = html(
      "div",
      { class: "message", hidden: true },
      texts("array_where"),
      html("button", { onclick: arrange }, texts("array_arrange")),
    );
    this.elements = [
      html("header", {}, this.title, this.views.element, this.opener, this.menu),
      html("div", { class: "summary" }, this.total, this.detail, this.spans.element),
      this.chips,
      this.message,
      this.question,
    ];
    this.close = (/** @type {Event} */ event) => {
      if (!event.composedPath().includes(this.menu) && !event.composedPath().includes(this.opener)) this.#toggle(false);
    };
  }

  /** @param {string} total @param {string} detail @param {boolean} [moon] */
  summarize(total, detail, moon = false) {
    if (this.total.textContent !== total || Boolean(this.total.firstElementChild) !== moon)
      this.total.replaceChildren(...(moon ? [icon("moon")] : []), total);
    write(this.detail, detail);
  }

  /** @param {string} note @param {boolean} arrange Whether to offer to arrange the panels */
  showNotes(note, arrange) {
    write(this.message, note);
    set(this.question, { hidden: !arrange });
  }

  /** @param {Chip[]} chips @param {string} pressed The kind whose panels are highlighted */
  showChips(chips, pressed) {
    const key = JSON.stringify([chips, pressed]);
    if (key === this.#chips) return;
    this.#chips = key;
    const focused = this.chips.getRootNode() instanceof ShadowRoot && this.chips.querySelector(":focus")?.getAttribute("data-kind");
    this.chips.replaceChildren(
      ...chips.map(({ kind, sign, text }) =>
        html(
          "button",
          { class: "chip", "data-kind": kind, "aria-pressed": String(kind === pressed), onclick: () => this.filter(kind) },
          html("i", { class: kind, "aria-hidden": "true" }, sign),
          text,
        ),
      ),
    );
    if (focused) /** @type {HTMLElement | null} */ (this.chips.querySelector(`[data-kind=${focused}]`))?.focus();
  }

  /** @param {boolean} [open] */
  #toggle(open = Boolean(this.menu.hidden)) {
    if (this.menu.hidden === !open) return;
    this.menu.hidden = !open;
    set(this.opener, { "aria-expanded": String(open) });
    window[open ? "addEventListener" : "removeEventListener"]("pointerdown", this.close);
    if (!open) return;
    const items = this.#items().map(({ text, act }) =>
      html("button", { role: "menuitem", onclick: () => (this.#toggle(false), this.opener.focus(), act()) }, text),
    );
    this.menu.replaceChildren(...items);
    items[0]?.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const items = /** @type {HTMLElement[]} */ ([...this.menu.children]);
    const current = items.findIndex((item) => item.matches(":focus"));
    const to = { ArrowDown: current + 1, ArrowUp: current - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items[to % items.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") {
      this.#toggle(false);
      this.opener.focus();
    } else return;
    event.preventDefault();
  }
}
