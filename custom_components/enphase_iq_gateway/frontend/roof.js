// The picture of the roof. Its nodes are kept, and only what changed is written: 200 panels redrawn for every step of the
// slider would take several frames.

import { html, set, svg } from "./element.js";
import { around, neighbor, offsets, topRightOf, WIDTH } from "./geometry.js";

const NAME_HEIGHT = 26;
const EDGE = 6;
const LARGEST_SCALE = 0.68;
const SMALLEST_WITH_TEXT = 24;
const MOST_ZOOM = 6;
const MANY = 60;
const SIGNS = { weak: "M-4.5-2.5h9L0 4.5z", no_power: "M-1.2-5.5h2.4v6.6h-2.4zM-1.2 3h2.4v2.4h-2.4z", "": "" };
/** @type {Record<string, "left" | "right" | "up" | "down">} */
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

export class RoofView {
  /** @type {TileNodes[]} */
  #nodes = [];
  /** @type {Group[]} */
  #groups = [];
  /** @type {{ group: Group, element: SVGTextElement }[]} */
  #names = [];
  #width = 0;
  #zoom = 1;
  #current = 0;
  /** @type {Map<number, Point>} */
  #touches = new Map();

  /** @param {(panel: number) => void} open Called with the index of the panel that the user chooses */
  constructor(open) {
    this.open = open;
    this.canvas = svg("g");
    this.svg = svg(
      "svg",
      { role: "group" },
      svg(
        "defs",
        {},
        svg(
          "pattern",
          { id: "hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          svg("rect", { width: 8, height: 8, fill: "var(--quiet)" }),
          svg("rect", { width: 2.5, height: 8, fill: "var(--hatch)" }),
        ),
      ),
      this.canvas,
    );
    this.element = html(
      "div",
      {
        class: "roof",
        onwheel: (event) => this.#onWheel(event),
        onkeydown: (event) => this.#onKey(event),
        onclick: (event) => this.#onClick(event),
        onpointerdown: (event) => this.#onTouch(event),
        onpointermove: (event) => this.#onTouchMove(event),
        onpointerup: (event) => this.#touches.delete(event.pointerId),
        onpointercancel: (event) => this.#touches.delete(event.pointerId),
      },
      this.svg,
    );
  }

  /** Create the tiles. @param {Group[]} groups @param {string} label */
  build(groups, label) {
    this.#groups = groups;
    this.#names = groups.map((group) => ({ group, element: svg("text", { class: "name" }, group.name) }));
    this.#nodes = groups.flatMap((group) => group.tiles.map((tile) => createNode(group, tile)));
    this.#current = Math.min(this.#current, Math.max(0, this.#nodes.length - 1));
    this.canvas.replaceChildren(...this.#names.map(({ element }) => element), ...this.#nodes.map(({ element }) => element));
    this.svg.classList.toggle("many", this.#nodes.length > MANY);
    set(this.svg, { "aria-label": label });
    this.#nodes.forEach(({ element }, number) => set(element, { tabindex: number === this.#current ? 0 : -1 }));
    if (this.#width) this.#arrange();
  }

  /** Fit the tiles into a width in pixels. @param {number} width */
  fit(width) {
    if (width === this.#width) return;
    this.#width = width;
    this.#arrange();
  }

  /** Show what has changed. @param {Look[]} looks By index of the panel */
  paint(looks) {
    for (const node of this.#nodes) {
      const next = looks[node.tile.index];
      const last = node.look;
      if (!next) continue;
      node.look = next;
      if (last?.fill !== next.fill) node.face.setAttribute("fill", next.fill);
      if (last?.ink !== next.ink) node.text.setAttribute("fill", next.ink);
      if (last?.text !== next.text) node.text.textContent = next.text;
      if (last?.mark !== next.mark || last?.kind !== next.kind) {
        set(node.element, { class: `tile ${next.kind} ${next.mark}` });
        set(node.sign, { d: SIGNS[next.mark] });
      }
    }
  }

  /** Write what a screen reader reads. @param {(group: Group, panel: number) => string} label */
  label(label) {
    for (const { element, group, tile } of this.#nodes) set(element, { "aria-label": label(group, tile.index) });
  }

  /** Dim the panels other than these; none where they are null. @param {Set<number> | null} panels */
  highlight(panels) {
    for (const { element, tile } of this.#nodes) element.classList.toggle("dim", panels !== null && !panels.has(tile.index));
  }

  /** @param {number} panel */
  focus(panel) {
    const number = this.#nodes.findIndex(({ tile }) => tile.index === panel);
    if (number >= 0) this.#move(number);
  }

  #arrange() {
    const groups = this.#groups;
    if (!groups.length) return;
    const box = around(groups.map((group) => group.box));
    const inside = this.#width * this.#zoom - 2 * EDGE;
    const scale = Math.min(inside / (box.right - box.left), LARGEST_SCALE * this.#zoom);
    const moved = offsets(groups, scale, NAME_HEIGHT);
    const left = Math.max(0, (inside - (box.right - box.left) * scale) / 2) + EDGE;
    /** @param {Group} group @param {number} x @param {number} y */
    const place = (group, x, y) => ({
      x: left + (x - box.left) * scale,
      y: EDGE + (y - box.top) * scale + (moved.get(group.id) ?? 0),
    });
    for (const { group, element } of this.#names) {
      const { x, y } = place(group, group.box.left, group.box.top);
      set(element, { x: x + 1, y: y - 8 });
    }
    for (const node of this.#nodes) arrangeNode(node, place(node.group, node.tile.x, node.tile.y), scale);
    const bottom = Math.max(...groups.map((group) => place(group, 0, group.box.bottom).y));
    const height = Math.ceil(bottom + EDGE);
    set(this.svg, { width: inside + 2 * EDGE, height, viewBox: `0 0 ${inside + 2 * EDGE} ${height}` });
    this.svg.classList.toggle("small", WIDTH * scale < SMALLEST_WITH_TEXT);
    this.svg.style.setProperty("--value-size", `${Math.min(17, Math.max(9, WIDTH * scale * 0.31))}px`);
  }

  /** @param {number} zoom @param {number} x Pixels from the left edge that keep their place */
  #zoomTo(zoom, x) {
    const next = Math.min(MOST_ZOOM, Math.max(1, zoom));
    if (next === this.#zoom) return;
    const ratio = next / this.#zoom;
    this.#zoom = next;
    this.#arrange();
    this.element.scrollLeft = (this.element.scrollLeft + x) * ratio - x;
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#zoomTo(this.#zoom * Math.exp(-event.deltaY / 300), event.clientX - this.element.getBoundingClientRect().left);
  }

  /** @param {PointerEvent} event */
  #onTouch(event) {
    if (event.pointerType === "touch") this.#touches.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /** @param {PointerEvent} event */
  #onTouchMove(event) {
    if (!this.#touches.has(event.pointerId)) return;
    const before = this.#spread();
    this.#touches.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = this.#spread();
    if (before && after)
      this.#zoomTo((this.#zoom * after) / before, event.clientX - this.element.getBoundingClientRect().left);
  }

  /** Return how far two fingers are apart, or 0. */
  #spread() {
    const [one, other] = [...this.#touches.values()];
    return one && other && this.#touches.size === 2 ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
  }

  /** @param {Event} event */
  #number(event) {
    const element = /** @type {Element} */ (event.target).closest(".tile");
    return this.#nodes.findIndex((node) => node.element === element);
  }

  /** @param {Event} event */
  #onClick(event) {
    const number = this.#number(event);
    const node = this.#nodes[number];
    if (!node) return;
    this.#move(number);
    this.open(node.tile.index);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const number = this.#number(event);
    const node = this.#nodes[number];
    if (!node || event.ctrlKey || event.altKey || event.metaKey) return;
    const direction = ARROWS[event.key];
    if (direction) {
      const next = neighbor(this.#nodes.map(({ middle }) => middle), number, direction);
      if (next !== undefined) this.#move(next);
    } else if (event.key === "Home") this.#move(0);
    else if (event.key === "End") this.#move(this.#nodes.length - 1);
    else if (event.key === "+" || event.key === "-")
      this.#zoomTo(this.#zoom * (event.key === "+" ? 1.25 : 0.8), node.middle.x - this.element.scrollLeft);
    else if (event.key === "Enter" || event.key === " ") this.open(node.tile.index);
    else return;
    event.preventDefault();
  }

  /** Move the focus to a tile. @param {number} number */
  #move(number) {
    const [last, next] = [this.#nodes[this.#current], this.#nodes[number]];
    if (!next) return;
    if (last) set(last.element, { tabindex: -1 });
    this.#current = number;
    set(next.element, { tabindex: 0 });
    next.element.focus();
  }
}

/** @param {Group} group @param {Tile} tile @returns {TileNodes} */
const createNode = (group, tile) => {
  const face = svg("rect", { class: "face" });
  const outline = svg("rect", { class: "outline", fill: "none" });
  const text = svg("text", { class: "number" });
  const sign = svg("path", { d: "" });
  const badge = svg("g", { class: "badge" }, svg("circle", { r: 9 }), sign);
  const element = svg("g", { class: "tile", role: "button" }, face, outline, text, badge);
  return { tile, group, element, face, outline, text, badge, sign, middle: { x: 0, y: 0 }, look: undefined };
};

/** @param {TileNodes} node @param {Point} middle @param {number} scale */
const arrangeNode = (node, middle, scale) => {
  const { tile } = node;
  node.middle = middle;
  const gap = Math.min(2, 3 * scale);
  const [width, height] = [tile.width * scale - gap, tile.height * scale - gap];
  const radius = Math.min(5, width / 8, height / 8);
  set(node.element, { transform: `translate(${middle.x.toFixed(2)} ${middle.y.toFixed(2)})` });
  const turned = tile.turn ? `rotate(${tile.turn})` : null;
  for (const [rect, inset] of /** @type {[SVGRectElement, number][]} */ ([[node.face, 0], [node.outline, 1.5]]))
    set(rect, {
      x: (inset - width / 2).toFixed(2),
      y: (inset - height / 2).toFixed(2),
      width: Math.max(1, width - 2 * inset).toFixed(2),
      height: Math.max(1, height - 2 * inset).toFixed(2),
      rx: radius.toFixed(2),
      transform: turned,
    });
  const size = Math.min(1, (WIDTH * scale) / 42);
  const corner = topRightOf(width / 2 - 7 * size, height / 2 - 7 * size, tile.turn);
  set(node.badge, {
    transform: `translate(${corner.x.toFixed(2)} ${corner.y.toFixed(2)}) scale(${size.toFixed(3)})`,
  });
};
