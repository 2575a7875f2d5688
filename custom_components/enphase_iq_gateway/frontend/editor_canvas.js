// The roof in the editor: tiles that are dragged, selected and moved by keys.

import * as model from "./editor_model.js";
import { set, svg, write } from "./element.js";
import { around } from "./geometry.js";

/** Free space around the panels, in the layout's units. */
const MARGIN = 3 * model.WIDTH;
/** The scale at which a panel is wide enough for a finger, the largest one at first, and the limits of zooming. */
const [TOUCH, FIRST, LEAST, MOST] = [0.4, 0.7, 0.15, 1.5];
/** Within so many pixels of the edge, dragging scrolls. */
const EDGE = 28;
/** @type {Record<string, Point>} */
const ARROWS = {
  ArrowRight: { x: 1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
};

/** @param {Point & { turn: number }} place */
const transform = ({ x, y, turn }) => `translate(${x} ${y}) rotate(${turn})`;

/** Return the attributes of a tile's rectangle, without the gap around it. @param {number} width @param {number} height */
export const rectangle = (width, height) => {
  const [x, y] = [3 - width / 2, 3 - height / 2];
  return { x, y, width: width - 6, height: height - 6, rx: 8 };
};

/** @param {Event} event */
const serialAt = ({ target }) =>
  target instanceof Element ? target.closest("[data-serial]")?.getAttribute("data-serial") ?? undefined : undefined;

export class Canvas {
  /** @param {import("./editor.js").Editor} editor @param {HTMLElement} element The scrolling parent of the picture */
  constructor(editor, element) {
    this.editor = editor;
    this.element = element;
    this.scale = FIRST;
    /** The part of the roof that can be scrolled to. @type {Box | undefined} */
    this.view = undefined;
    /** @type {Map<string, SVGElement>} */
    this.tiles = new Map();
    /** @type {{ serial: string | undefined, start: Point, to: Point, by: Point, moved: boolean, several: boolean } | null} */
    this.drag = null;
    /** Whether the click that follows belongs to a drag. */
    this.handled = false;
    this.line = svg("path", { class: "line" });
    this.pattern = svg("pattern", { id: "grid", patternUnits: "userSpaceOnUse" }, this.line);
    this.paper = svg("rect", { fill: "url(#grid)" });
    this.names = svg("g", { class: "names" });
    this.group = svg("g");
    this.ghost = svg("rect", { class: "ghost" });
    this.band = svg("rect", { class: "band" });
    this.picture = svg(
      "svg",
      {
        // A finger scrolls, except on a panel and where it selects several.
        ontouchstart: (event) => (serialAt(event) || editor.several) && event.preventDefault(),
        onpointerdown: (event) => this.#down(event),
        onpointermove: (event) => this.#move(event),
        onpointerup: (event) => this.#up(event),
        onpointercancel: () => this.#end(),
        onclick: (event) => this.#click(event),
        onkeydown: (event) => this.#key(event),
      },
      svg("defs", {}, this.pattern),
      this.paper,
      this.names,
      this.group,
      this.ghost,
      this.band,
    );
    element.append(this.picture);
  }

  /** Draw the layout; the nodes of panels stay, and so does the focus. */
  render() {
    const { layout, selection, array, target, unplaced, watts } = this.editor;
    const { x: width, y: height } = model.size(target);
    // The grid goes through the corner of the place for the next panel.
    const corner = model.toRoof(array, model.subtract(target, { x: width / 2, y: height / 2 }));
    const patternTransform = transform({ ...corner, turn: model.angle(array) });
    set(this.pattern, { width: width / 2, height: height / 2, patternTransform });
    set(this.line, { d: `M${width / 2} 0H0V${height / 2}` });
    this.aim(target, unplaced.length > 0);
    this.names.replaceChildren(
      ...[...this.editor.boxes].flatMap(([id, box]) => {
        if (model.isEmpty(box)) return [];
        const each = model.arrayOf(layout, id);
        const place = { ...model.toRoof(each, { x: box.left + 3, y: box.top - 12 }), turn: model.angle(each) };
        return svg("text", { transform: transform(place) }, this.editor.arrayName(each));
      }),
    );
    for (const [serial, tile] of this.tiles)
      if (!(serial in layout.panels)) {
        tile.remove();
        this.tiles.delete(serial);
      }
    const neighbors = new Map(layout.arrays.map(({ id }) => [id, model.neighbors(layout, id)]));
    for (const [serial, panel] of Object.entries(layout.panels)) {
      const place = model.onRoof(layout, serial);
      const tile = this.tiles.get(serial) ?? this.#tile(serial);
      const [box, label] = tile.children;
      set(box, rectangle(place.width, place.height));
      set(label, { transform: `rotate(${-place.turn})` });
      write(label.children[1], watts.get(serial) ?? "");
      const over = model.overlaps(neighbors.get(panel.array) ?? [], panel, serial);
      const states = { other: panel.array !== array.id, over, gone: this.editor.isGone(serial) };
      set(tile, {
        transform: transform(place),
        class: ["tile", ...Object.entries(states).flatMap(([name, holds]) => (holds ? name : []))].join(" "),
        "aria-pressed": String(selection.has(serial)),
        "aria-label": this.editor.position(serial),
      });
    }
    this.#fit();
  }

  /** @param {string} serial */
  #tile(serial) {
    const label = svg("g", {}, svg("text", { y: -4 }, serial.slice(-6)), svg("text", { y: 24 }));
    const tile = svg("g", { role: "button", tabindex: 0, "data-serial": serial }, svg("rect"), label);
    this.tiles.set(serial, tile);
    this.group.append(tile);
    return tile;
  }

  /** Make room around the panels; what is shown stays where it is. */
  #fit() {
    const { element, view: old } = this;
    const { clientWidth, clientHeight } = element;
    const { x, y } = model.toRoof(this.editor.array, this.editor.target);
    const box = around([model.bounds(this.editor.layout), { left: x, top: y, right: x, bottom: y }]);
    const room = { left: box.left - MARGIN, top: box.top - MARGIN, right: box.right + MARGIN, bottom: box.bottom + MARGIN };
    if (!old) {
      const fit = Math.min(clientWidth / (room.right - box.left), clientHeight / (room.bottom - box.top));
      this.scale = Math.min(FIRST, Math.max(TOUCH, fit));
    }
    const { left, top, right, bottom } = old ? around([old, room]) : room;
    const across = Math.max(0, clientWidth / this.scale - right + left) / 2;
    const down = Math.max(0, clientHeight / this.scale - bottom + top) / 2;
    const view = (this.view = { left: left - across, top: top - down, right: right + across, bottom: bottom + down });
    const [width, height] = [view.right - view.left, view.bottom - view.top];
    const viewBox = `${view.left} ${view.top} ${width} ${height}`;
    set(this.picture, { viewBox, width: width * this.scale, height: height * this.scale });
    set(this.paper, { x: view.left, y: view.top, width, height });
    // At first, the panels are in the middle, or the upper left ones are shown.
    const first = {
      left: Math.min(box.left - model.WIDTH / 2, (left + right - clientWidth / this.scale) / 2),
      top: Math.min(box.top - model.WIDTH / 2, (top + bottom - clientHeight / this.scale) / 2),
    };
    const corner = old ?? first;
    element.scrollBy((corner.left - view.left) * this.scale, (corner.top - view.top) * this.scale);
  }

  /** @param {number} factor */
  zoom(factor) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    const [x, y] = [width / 2, height / 2];
    const middle = this.#point({ clientX: left + x, clientY: top + y });
    this.scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    this.#fit();
    const { scale, view } = this;
    this.element.scrollTo((middle.x - (view?.left ?? 0)) * scale - x, (middle.y - (view?.top ?? 0)) * scale - y);
  }

  /** Show where a panel will be placed. @param {Place} place @param {boolean} visible */
  aim(place, visible) {
    const { array } = this.editor;
    const { x, y } = model.size(place);
    const attributes = { transform: transform({ ...model.toRoof(array, place), turn: model.angle(array) }), ...rectangle(x, y) };
    set(this.ghost, { ...attributes, visibility: visible ? "visible" : "hidden" });
  }

  /** Return the place for a panel under the pointer. @param {MouseEvent} event */
  placeAt(event) {
    const { layout, array, target } = this.editor;
    const place = { ...target, ...model.toArray(array, this.#point(event)) };
    return { ...place, ...model.snap(layout, place, []) };
  }

  /** Return the point of the roof at one of the page. @param {{ clientX: number, clientY: number }} event */
  #point({ clientX, clientY }) {
    const { left, top } = this.picture.getBoundingClientRect();
    const { left: x, top: y } = this.view ?? { left: 0, top: 0 };
    return { x: x + (clientX - left) / this.scale, y: y + (clientY - top) / this.scale };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.handled = false;
    if (event.button || this.drag) return;
    const serial = serialAt(event);
    const several = this.editor.several || event.shiftKey || event.ctrlKey || event.metaKey;
    if (!serial && event.pointerType === "touch" && !several) return;
    if (serial) this.tiles.get(serial)?.focus({ preventScroll: true });
    if (serial && !several && !this.editor.selection.has(serial)) this.editor.select([serial]);
    const start = this.#point(event);
    this.drag = { serial, start, to: start, by: { x: 0, y: 0 }, moved: false, several };
    this.handled = true;
    this.picture.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { drag, editor, element } = this;
    if (!drag) return;
    drag.to = this.#point(event);
    const by = model.subtract(drag.to, drag.start);
    if (!drag.moved && Math.hypot(by.x, by.y) * this.scale < (event.pointerType === "touch" ? 8 : 4)) return;
    if (!drag.moved && drag.serial) editor.select([...editor.selection, drag.serial]);
    drag.moved = true;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    /** @param {number} at @param {number} low @param {number} high */
    const scroll = (at, low, high) => (at < low + EDGE ? -12 : at > high - EDGE ? 12 : 0);
    element.scrollBy(scroll(event.clientX, left, right), scroll(event.clientY, top, bottom));
    if (!drag.serial) {
      const corner = { x: Math.min(drag.start.x, drag.to.x), y: Math.min(drag.start.y, drag.to.y) };
      set(this.band, { ...corner, width: Math.abs(by.x), height: Math.abs(by.y), visibility: "visible" });
      return;
    }
    drag.by = model.drag(editor.layout, drag.serial, editor.selection, by);
    for (const serial of editor.selection) {
      const place = model.onRoof(editor.layout, serial);
      this.tiles.get(serial)?.setAttribute("transform", transform({ ...place, ...model.add(place, drag.by) }));
    }
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const { drag, editor } = this;
    if (!drag) return;
    this.#end();
    const { serial, start, to, several } = drag;
    const { layout, selection } = editor;
    if (serial && drag.moved) {
      if (editor.tray.contains(event)) editor.edit(model.remove(layout, selection));
      else if (drag.by.x || drag.by.y) editor.edit(model.move(layout, selection, drag.by));
    } else if (serial) {
      if (several) editor.toggle(serial);
      else editor.select([serial]);
    } else if (drag.moved) {
      const inside = Object.keys(layout.panels).filter((each) => {
        const { x, y } = model.onRoof(layout, each);
        return (x - start.x) * (x - to.x) < 0 && (y - start.y) * (y - to.y) < 0;
      });
      editor.select(several ? [...selection, ...inside] : inside);
    } else editor.aim(this.placeAt(event));
  }

  #end() {
    this.drag = null;
    set(this.band, { visibility: "hidden" });
    this.editor.render();
  }

  /** @param {MouseEvent} event From a tap on the free roof, or from a screen reader */
  #click(event) {
    const serial = serialAt(event);
    if (this.handled) this.handled = false;
    else if (serial) this.editor.toggle(serial);
    else this.editor.aim(this.placeAt(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const serial = serialAt(event);
    const direction = ARROWS[event.key];
    const { editor } = this;
    if (!serial || event.ctrlKey || event.metaKey || event.altKey) return;
    if (direction) {
      if (!editor.selection.has(serial)) editor.select([serial]);
      const by = model.step(editor.layout, serial, direction, event.shiftKey ? 1 : 0.5);
      editor.edit(model.move(editor.layout, editor.selection, by), [...editor.selection].join());
      this.tiles.get(serial)?.scrollIntoView({ block: "nearest", inline: "nearest" });
      editor.announce(editor.position(serial));
    } else if (event.key === " " || event.key === "Enter") editor.toggle(serial);
    else return;
    event.preventDefault();
  }
}
