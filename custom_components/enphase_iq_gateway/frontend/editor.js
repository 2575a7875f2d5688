// "Arrange panels": the dialog, and what the user is doing in it.

import { DOMAIN, subscribe } from "./api.js";
import { Canvas } from "./editor_canvas.js";
import { arrayForm, ask, button, importLayout } from "./editor_dialogs.js";
import * as model from "./editor_model.js";
import { STYLE } from "./editor_style.js";
import { Tray } from "./editor_tray.js";
import { html, set, write } from "./element.js";
import { Formats } from "./texts.js";

/** @typedef {{ hass: Hass, entryId: string, roof: Roof, texts: Translate }} Options */

const MINE = "editor_conflict_mine";
const DISCARD = "editor_discard_confirm";

/** Show the editor, and return once it is closed. @param {Options} options */
export const openEditor = (options) => new Editor(options).open();

export class Editor {
  /** @param {Options} options */
  constructor({ hass, entryId, roof, texts: text }) {
    this.roof = roof;
    this.text = text;
    this.formats = new Formats(hass, roof.zone);
    /** Send a command about the layout. @param {string} command @param {object} [values] @returns {Promise<any>} */
    this.call = (command, values) => hass.callWS({ type: `${DOMAIN}/array/layout/${command}`, entry_id: entryId, ...values });
    /** Return why a command failed, in the user's language. @param {any} error */
    this.reason = async (error) => {
      if (!error.translation_key) return error.message;
      const localize = await hass.loadBackendTranslation("exceptions", DOMAIN);
      return localize(`component.${DOMAIN}.exceptions.${error.translation_key}.message`) || error.message;
    };
    /** @param {(event: ArrayEvent) => void} receive */
    this.subscribe = (receive) => subscribe(hass, entryId, receive);
    this.history = new model.History(this.withArray(roof.layout));
    /** The id of the array that panels are placed in. */
    this.current = "";
    /**
     * The panel to the right of which the next one is placed, or a point of the current array.
     * @type {string | Point | undefined}
     */
    this.after = undefined;
    /** @type {Set<string>} */
    this.selection = new Set();
    this.several = false;
    /** Whether panels are placed lying, by array; only where the user has chosen it. @type {Map<string, boolean>} */
    this.lying = new Map();
    /** Power by serial. @type {Map<string, string>} */
    this.watts = new Map();
    /** The boxes around the arrays, by id. @type {Map<string, Box>} */
    this.boxes = new Map();

    this.undo = button(text("editor_undo"), "undo", () => this.travel("undo"), "small", "Control+Z");
    this.redo = button(text("editor_redo"), "redo", () => this.travel("redo"), "small", "Control+Y");
    this.save = button(text("editor_save"), "", () => this.send(), "primary");
    this.turn = button(text("editor_turn"), "turn", () => this.edit(model.turn(this.layout, this.selection)), "", "R");
    const remove = () => this.edit(model.remove(this.layout, this.selection));
    this.remove = button(text("editor_remove"), "remove", remove, "", "Delete");
    this.severalButton = button(text("editor_several"), "several", () => {
      this.several = !this.several;
      this.render();
    });
    this.arraySelect = html("select", {
      "aria-label": text("editor_move_to"),
      onchange: () => {
        this.edit(model.assign(this.layout, this.selection, this.arraySelect.value));
        this.select(this.selection);
      },
    });
    this.chips = html("div", { class: "bar", role: "group", "aria-label": text("editor_arrays") });
    this.tray = new Tray(this);
    this.status = html("p", { role: "status" });
    const scroller = html("div", { class: "canvas" });
    this.canvas = new Canvas(this, scroller);
    this.dialog = this.createDialog(text, scroller);
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.cancel();
    });
  }

  /**
   * Create the dialog around the parts that the constructor has made.
   * @param {Translate} text @param {HTMLElement} scroller The element around the canvas
   */
  createDialog(text, scroller) {
    return html(
      "dialog",
      { class: "editor", "aria-labelledby": "title", onkeydown: (event) => this.key(event) },
      html(
        "header",
        { class: "bar" },
        html("h2", { id: "title" }, text("editor_title")),
        button(text("editor_import"), "import", () => this.import(), "small"),
        button(text("editor_cancel"), "", () => this.cancel()),
        this.save,
      ),
      this.chips,
      html(
        "div",
        { class: "bar tools", role: "group", "aria-label": text("editor_tools") },
        this.undo,
        this.redo,
        this.severalButton,
        this.turn,
        this.remove,
        this.arraySelect,
        button(text("editor_zoom_out"), "minus", () => this.canvas.zoom(1 / 1.3), "small"),
        button(text("editor_zoom_in"), "plus", () => this.canvas.zoom(1.3), "small"),
      ),
      html("main", {}, this.tray.element, scroller),
      this.status,
    );
  }

  async open() {
    // Keys pressed here are no shortcuts of Home Assistant.
    const host = html("div", { onkeydown: (event) => event.stopPropagation() });
    // A root of its own keeps the styles apart from the page's; the variables of the theme are inherited.
    this.root = host.attachShadow({ mode: "open" });
    this.root.append(html("style", {}, STYLE), this.dialog);
    document.body.append(host);
    this.dialog.showModal();
    const closed = new Promise((done) => this.dialog.addEventListener("close", done));
    this.render();
    const stop = await this.subscribe((event) => {
      if (event.kind === "roof") this.roof = event;
      if (event.kind === "now")
        this.watts = new Map(
          event.watts.map((watts, index) => [this.roof.panels[index]?.serial, watts === null ? "" : this.formats.power(watts)]),
        );
      this.render();
    }).catch(() => null);
    await closed;
    host.remove();
    await stop?.();
  }

  /** Return the layout with an array to place panels in. @param {Layout} layout */
  withArray = (layout) => (layout.arrays.length ? layout : model.addArray(layout, ""));

  get layout() {
    return this.history.now;
  }

  get array() {
    return model.arrayOf(this.layout, this.current) ?? this.layout.arrays[0];
  }

  /** The panels that are not on the roof. */
  get unplaced() {
    return this.roof.panels.filter(({ serial }) => !(serial in this.layout.panels));
  }

  /** The place for the next panel. */
  get target() {
    const { id } = this.array;
    return model.nextPlace(this.layout, id, this.lying.get(id) ?? model.isLying(this.layout, id), this.after);
  }

  render() {
    const { array, history, layout, selection, text, unplaced } = this;
    for (const serial of selection) if (!(serial in layout.panels)) selection.delete(serial);
    this.undo.disabled = !history.past.length;
    this.redo.disabled = !history.future.length;
    this.save.disabled = !history.changed;
    this.turn.disabled = this.remove.disabled = this.arraySelect.disabled = !selection.size;
    set(this.severalButton, { "aria-pressed": String(this.several) });
    const options = layout.arrays.map((each) => html("option", { value: each.id }, this.arrayName(each)));
    this.arraySelect.replaceChildren(...options);
    const owners = new Set([...selection].map((serial) => layout.panels[serial].array));
    this.arraySelect.value = owners.size > 1 ? "" : [...owners][0] ?? array.id;
    this.boxes = new Map(layout.arrays.map(({ id }) => [id, model.boundsOf(layout, id)]));
    this.renderChips();
    this.tray.render(unplaced);
    this.canvas.render();
    const hint = text(unplaced.length ? "editor_hint_place" : "editor_hint");
    this.announce(selection.size ? text("editor_selected", { count: selection.size }) : hint);
  }

  renderChips() {
    const focused = this.root?.activeElement?.id;
    this.chips.replaceChildren(
      ...this.layout.arrays.flatMap((array) => {
        const { id, azimuth } = array;
        const name = this.arrayName(array);
        const chip = button(name, "", () => this.choose(id), "chip");
        if (azimuth !== null) chip.append(html("small", {}, `${this.formats.number(azimuth)}°`));
        set(chip, { "aria-pressed": String(array === this.array), id: `chip-${id}` });
        const edit = button(this.text("editor_edit_array", { name }), "edit", () => this.editArray(array), "small");
        edit.id = `edit-${id}`;
        return [chip, edit];
      }),
      button(this.text("editor_add_array"), "plus", () => this.addArray(), "small"),
    );
    // Buttons that were replaced have lost the focus.
    if (focused && /^(chip|edit)-/.test(focused)) this.root?.getElementById(focused)?.focus();
  }

  /** Place a panel, and move the focus to the next one. @param {string} serial @param {Place} place */
  place(serial, place) {
    const item = this.root?.activeElement;
    const next = item?.id === serial && (item.nextElementSibling ?? item.previousElementSibling);
    this.selection = new Set([serial]);
    this.after = serial;
    this.edit(model.put(this.layout, serial, place));
    if (next instanceof HTMLElement) next.focus();
    this.canvas.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.announce(this.position(serial));
  }

  /** Make a change that can be undone. @param {Layout} layout @param {string} [tag] */
  edit(layout, tag) {
    this.history.add(layout, tag);
    this.render();
  }

  /** @param {"undo" | "redo"} way */
  travel(way) {
    this.history[way]();
    this.render();
  }

  /** @param {Iterable<string>} serials */
  select(serials) {
    this.selection = new Set(serials);
    const [first, second] = this.selection;
    if (first) this.current = this.layout.panels[first].array;
    if (!second) this.after = first;
    this.render();
  }

  /** @param {string} serial */
  toggle(serial) {
    const { selection } = this;
    this.select(selection.has(serial) ? [...selection].filter((each) => each !== serial) : [...selection, serial]);
  }

  /** Choose the place for the next panel. @param {Point} point In the current array */
  aim(point) {
    this.selection.clear();
    this.after = point;
    this.render();
  }

  /** Choose the array that panels are placed in. @param {string} id */
  choose(id) {
    this.current = id;
    this.select([]);
  }

  addArray() {
    const layout = model.addArray(this.layout, this.text("editor_array", { number: this.layout.arrays.length + 1 }));
    const added = layout.arrays[layout.arrays.length - 1];
    this.history.add(layout);
    this.choose(added.id);
    return this.editArray(added);
  }

  /** @param {PanelArray} array */
  async editArray(array) {
    const { id } = array;
    const lying = this.lying.get(id) ?? model.isLying(this.layout, id);
    const result = await arrayForm(this, array, lying);
    if (!result) return;
    if (result === "remove") return this.edit(model.removeArray(this.layout, id));
    const { lying: lies, ...values } = result;
    this.lying.set(id, lies);
    this.edit(model.changeArray(this.layout, id, values, lies === lying ? undefined : lies));
  }

  /** Begin with a layout that has other arrays. */
  begin() {
    this.lying.clear();
    this.choose(this.layout.arrays[0].id);
  }

  async import() {
    const layout = await importLayout(this);
    if (!layout) return;
    this.history.add(this.withArray(layout));
    this.begin();
  }

  /** Save the layout. @param {number} [version] The version that it replaces @returns {Promise<void>} */
  async send(version = this.history.saved.version) {
    this.save.disabled = true;
    try {
      await this.call("save", { version, layout: { ...this.layout, version } });
      this.dialog.close();
    } catch (error) {
      const { code } = /** @type {{ code: string }} */ (error);
      this.render();
      if (code !== "conflict") return this.announce(this.text("editor_not_saved", { reason: await this.reason(error) }));
      const choice = await ask(this, "editor_conflict_title", "editor_conflict", ["editor_conflict_theirs", MINE]);
      // The subscription has brought the other layout.
      const theirs = this.roof.layout;
      if (choice === MINE) return this.send(theirs.version);
      if (!choice) return;
      this.history = new model.History(this.withArray(theirs));
      this.begin();
    }
  }

  async cancel() {
    const choices = ["editor_discard_keep", DISCARD];
    const asks = () => ask(this, "editor_discard_title", "editor_discard", choices);
    if (!this.history.changed || (await asks()) === DISCARD) this.dialog.close();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const key = event.key.toLowerCase();
    const { layout, selection } = this;
    if (event.target instanceof HTMLSelectElement || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (key === "z") this.travel(event.shiftKey ? "redo" : "undo");
      else if (key === "y") this.travel("redo");
      else if (key === "a") this.select(model.serialsOf(layout, this.array.id));
      else return;
    } else if (key === "escape" && !selection.size) this.cancel();
    else if (!selection.size) return;
    else if (key === "r") this.edit(model.turn(layout, selection));
    else if (key === "delete" || key === "backspace") this.edit(model.remove(layout, selection));
    else if (key === "escape") this.select([]);
    else return;
    event.preventDefault();
  }

  /** @param {string} message */
  announce(message) {
    write(this.status, message);
  }

  /** Return whether the gateway no longer reports a panel. @param {string} serial */
  isGone = (serial) => !this.roof.panels.some((panel) => panel.serial === serial);

  /** @param {PanelArray} array */
  arrayName = ({ id, name }) =>
    name || this.text("editor_array", { number: this.layout.arrays.findIndex((array) => array.id === id) + 1 });

  /** Return a panel's name and its place, counted in panels from the left and the top of its array. @param {string} serial */
  position(serial) {
    const panel = this.layout.panels[serial];
    const { left, top } = /** @type {Box} */ (this.boxes.get(panel.array));
    const { x, y } = model.size(panel);
    /** @param {number} distance */
    const count = (distance) => this.formats.number(distance + 0.5, Math.abs((distance + 0.5) % 1) < 0.05 ? 0 : 1);
    return this.text(panel.lying ? "editor_position_lying" : "editor_position", {
      name: this.roof.panels.find((each) => each.serial === serial)?.name ?? this.text("editor_gone", { serial }),
      array: this.arrayName(model.arrayOf(this.layout, panel.array)),
      column: count((panel.x - left) / x),
      row: count((panel.y - top) / y),
    });
  }
}
