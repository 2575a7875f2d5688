// The panels as a table, for those who read figures or use a screen reader.

import { html, set, write } from "./element.js";

/**
 * A row: the panel's index, its name and the figures in the order of the headings.
 * @typedef {{ panel: number, name: string, cells: string[] }} Row
 */

export class TableView {
  /** @type {Map<number, { row: HTMLTableRowElement, name: HTMLButtonElement, cells: HTMLTableCellElement[] }>} */
  #rows = new Map();

  /**
   * @param {string} caption @param {string[]} headings That of the name first
   * @param {(panel: number) => void} open
   */
  constructor(caption, headings, open) {
    this.open = open;
    this.columns = headings.length - 1;
    this.body = html("tbody");
    const head = headings.map((text, column) => html("th", { scope: "col", class: this.#class(column - 1) }, text));
    this.element = html(
      "div",
      { class: "scroll" },
      html(
        "table",
        {},
        html("caption", { class: "hidden" }, caption),
        html("thead", {}, html("tr", {}, ...head)),
        this.body,
      ),
    );
  }

  /** @param {Row[]} rows */
  show(rows) {
    const order = rows.map(({ panel }) => panel);
    if (order.join() !== [...this.#rows.keys()].join()) {
      this.#rows = new Map(order.map((panel) => [panel, this.#create(panel)]));
      this.body.replaceChildren(...[...this.#rows.values()].map(({ row }) => row));
    }
    for (const { panel, name, cells } of rows) {
      const nodes = this.#rows.get(panel);
      if (!nodes) continue;
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
