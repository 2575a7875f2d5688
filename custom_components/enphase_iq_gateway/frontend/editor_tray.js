// The panels that are not on the roof: pressed, they go to the next place; dragged, to any place.

import { html, write } from "./element.js";

/** A drag begins after so many pixels. */
const FAR = 8;

export class Tray {
  /** @param {import("./editor.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.heading = html("h3");
    this.list = html("div", { class: "list" });
    this.element = html("section", { class: "tray" }, this.heading, this.list);
  }

  /** @param {Panel[]} panels */
  render(panels) {
    const { text, watts } = this.editor;
    write(this.heading, panels.length ? text("editor_tray", { count: panels.length }) : text("editor_tray_empty"));
    const old = new Map([...this.list.children].map((item) => [item.id, item]));
    for (const { serial, name } of panels) {
      const item = old.get(serial) ?? this.#item(serial);
      [name, serial.slice(-6), watts.get(serial) ?? ""].forEach((part, index) => write(item.children[index], part));
      if (!old.delete(serial)) this.list.append(item);
    }
    for (const item of old.values()) item.remove();
  }

  /** Return whether the pointer is over the tray. @param {PointerEvent} event */
  contains({ clientX, clientY }) {
    const { left, right, top, bottom } = this.element.getBoundingClientRect();
    return clientX > left && clientX < right && clientY > top && clientY < bottom;
  }

  /** @param {string} serial */
  #item(serial) {
    const { editor } = this;
    /** Where it was pressed. @type {Point | null} */
    let start = null;
    let dragged = false;
    /** @param {PointerEvent} event */
    const onpointerup = (event) => {
      start = null;
      if (!dragged) return;
      if (event.type === "pointerup" && !this.contains(event)) editor.place(serial, editor.canvas.placeAt(event));
      else editor.render();
    };
    const item = html(
      "button",
      {
        id: serial,
        type: "button",
        // A drag ends with a click, too; one by a key has no detail.
        onclick: (/** @type {MouseEvent} */ { detail }) => (dragged && detail) || editor.place(serial, editor.target),
        onpointerdown: (/** @type {PointerEvent} */ event) => {
          start = { x: event.clientX, y: event.clientY };
          dragged = false;
          item.setPointerCapture(event.pointerId);
        },
        onpointermove: (/** @type {PointerEvent} */ event) => {
          if (!start || (!dragged && Math.hypot(event.clientX - start.x, event.clientY - start.y) < FAR)) return;
          dragged = true;
          if (!this.contains(event)) editor.canvas.aim(editor.canvas.placeAt(event), true);
        },
        onpointerup,
        onpointercancel: onpointerup,
      },
      html("b"),
      html("small"),
      html("small"),
    );
    return item;
  }
}
