// The panels as a table, for those who read figures or use a screen reader.

import { html, set, write } from "./element.js";
import { percent } from "./model.js";
import { amount, groupOf, nameOf, signed, stateOf } from "./words.js";

/** @typedef {import("./picture.js").Picture} Picture */

const STYLE = `
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:start;padding:0 10px 0 0;height:40px;border-bottom:1px solid var(--line);font-weight:400;white-space:nowrap}
thead th{color:var(--text2);font-size:12px}
.figure{text-align:end}
tbody th button{min-height:40px;text-align:start;color:var(--link)}
td:last-child{white-space:normal;overflow-wrap:anywhere}th:last-child,td:last-child{padding:0 0 0 10px}
tr.dim{opacity:.4}
@container (max-width:459px){table{font-size:13px}th,td{padding-inline-end:6px}}
`;

export class TableView {
  /** @type {Map<number, { row: HTMLTableRowElement, name: HTMLButtonElement, cells: HTMLTableCellElement[] }>} */
  #rows = new Map();

  /** @param {Translate} texts @param {(panel: number) => void} open */
  constructor(texts, open) {
    this.open = open;
    const keys = ["array_panel", "array_power", "array_energy", "array_compared", "array_state"];
    const headings = keys.map((key) => texts(key));
    this.columns = headings.length - 1;
    this.body = html("tbody");
    const head = headings.map((text, column) => html("th", { scope: "col", class: this.#class(column - 1) }, text));
    this.element = html(
      "div",
      { class: "scroll" },
      html("style", {}, STYLE),
      html(
        "table",
        {},
        html("caption", { class: "hidden" }, texts("array_title")),
        html("thead", {}, html("tr", {}, ...head)),
        this.body,
      ),
    );
  }

  /** @param {Picture} picture @param {Moment} moment @param {number[]} order The panels */
  show(picture, moment, order) {
    if (order.join() !== [...this.#rows.keys()].join()) {
      this.#rows = new Map(order.map((panel) => [panel, this.#create(panel)]));
      this.body.replaceChildren(...[...this.#rows.values()].map(({ row }) => row));
    }
    for (const [panel, nodes] of this.#rows) {
      const { name, cells } = rowOf(picture, moment, panel);
      write(nodes.name, name);
      nodes.cells.forEach((cell, column) => write(cell, cells[column] ?? ""));
    }
  }

  /** @param {Set<number> | null} panels */
  highlight(panels) {
    for (const [panel, { row }] of this.#rows) set(row, { class: panels && !panels.has(panel) ? "dim" : null });
  }

  /** @param {number} panel */
  focus(panel) {
    this.#rows.get(panel)?.name.focus();
  }

  /** @param {number} panel */
  #create(panel) {
    const name = html("button", { onclick: () => this.open(panel) });
    const cells = Array.from({ length: this.columns }, (_, column) => html("td", { class: this.#class(column) }));
    return { row: html("tr", {}, html("th", { scope: "row" }, name), ...cells), name, cells };
  }

  /** The first columns have figures, the last one has words. @param {number} column */
  #class = (column) => (column >= 0 && column < this.columns - 1 ? "figure" : null);
}

/**
 * Return the row of a panel in the table.
 * @param {Picture} picture @param {Moment} moment @param {number} panel
 * @returns {Row}
 */
const rowOf = (picture, moment, panel) => {
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
