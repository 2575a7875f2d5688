// The small dialogs over the editor, and its buttons.

import { rectangle } from "./editor_canvas.js";
import { bounds, mirror, onRoof, quarterTurn } from "./editor_model.js";
import { html, set, svg, write } from "./element.js";

/** @typedef {import("./editor.js").Editor} Editor */

/** Lines in a square of 24. @type {Record<string, string>} */
const ICONS = {
  undo: "M8 5 4 9l4 4M4 9h11a5 5 0 0 1 0 10h-4",
  redo: "m16 5 4 4-4 4m4-4H9a5 5 0 0 0 0 10h4",
  turn: "M20 4v6h-6m5.5 3a8 8 0 1 1-1.9-6.5L20 10",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  several: "M4 8V4h4m8 0h4v4m0 8v4h-4m-8 0H4v-4m4-4 3 3 5-6",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  edit: "m4 20 1-5L16 4l4 4L9 19z",
  import: "M4 16v4h16v-4M12 4v11m-4-4 4 4 4-4",
  mirror: "M12 4v16M9 7v10H3zm6 0v10h6z",
};

/** The address of the layout at Enphase, for users who are signed in there. */
const ADDRESS = "enlighten.enphaseenergy.com/pv/systems/…/array_layout_x.json";

/**
 * Return a button with an icon, a text, or both; a small one shows its icon only.
 * @param {string} label @param {string} icon @param {() => void} press @param {string} [style] @param {string} [key]
 */
export const button = (label, icon, press, style = "", key = "") =>
  html(
    "button",
    {
      type: "button",
      class: style,
      title: icon ? (key ? `${label} (${key})` : label) : null,
      "aria-label": icon ? label : null,
      "aria-keyshortcuts": key || null,
      onclick: press,
    },
    icon && svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[icon] })),
    style === "small" ? null : html("span", {}, label),
  );

/**
 * Show a dialog and return the value it is closed with; empty where the user cancels.
 * @param {Element} editor @param {string} title @param {(Node | string)[]} content
 * @param {(close: (value: string) => void) => Node[]} actions
 * @returns {Promise<string>}
 */
const show = (editor, title, content, actions) =>
  new Promise((done) => {
    const dialog = html("dialog", { "aria-labelledby": "about" });
    dialog.append(
      html("h2", { id: "about" }, title),
      ...content,
      html("div", { class: "bar end" }, ...actions((value) => dialog.close(value))),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue);
    });
    editor.after(dialog);
    dialog.showModal();
  });

/**
 * Show choices, and return the key of the chosen one; the last one stands out.
 * @param {Editor} editor @param {string} title @param {string} question @param {string[]} choices
 */
export const ask = ({ dialog, text }, title, question, choices) =>
  show(dialog, text(title), [html("p", {}, text(question))], (close) =>
    choices.map((choice, index) =>
      button(text(choice), "", () => close(choice), index + 1 === choices.length ? "primary" : ""),
    ),
  );

/**
 * Show the form of an array; return "remove", its new values, or null where the user cancels.
 * @param {Editor} editor @param {PanelArray} array @param {boolean} lying
 */
export const arrayForm = async (editor, array, lying) => {
  const { text } = editor;
  const title = editor.arrayName(array);
  const name = html("input", { value: title, maxlength: 64, required: true });
  const azimuth = html("input", { type: "number", min: 0, max: 360, step: "any", required: true, value: array.azimuth ?? 180 });
  const upright = html("option", { value: "" }, text("editor_upright"));
  const orientation = html("select", {}, upright, html("option", { value: "lying", selected: lying }, text("editor_lying")));
  const field = (/** @type {string} */ key, /** @type {Node} */ input) => html("label", {}, text(key), input);
  const fields = [field("editor_name", name), field("editor_azimuth", azimuth), field("editor_orientation", orientation)];
  const form = html("form", {}, ...fields);
  const result = await show(editor.dialog, text("editor_edit_array", { name: title }), [form], (close) => {
    const finish = () => form.reportValidity() && close("done");
    form.onsubmit = () => !finish() && false;
    const remove = button(text("editor_remove_array"), "", () => close("remove"));
    remove.disabled = editor.layout.arrays.length < 2;
    return [remove, button(text("editor_cancel"), "", () => close("")), button(text("editor_done"), "", finish, "primary")];
  });
  if (result === "remove") return result;
  return result && { name: name.value.trim(), azimuth: azimuth.valueAsNumber, lying: orientation.value !== "" };
};

/**
 * Read the layout that the installer drew, which the user can mirror or turn; return null where the user cancels.
 * @param {Editor} editor @returns {Promise<Layout | null>}
 */
export const importLayout = async (editor) => {
  const { text } = editor;
  /** @type {Layout | null} */
  let layout = null;
  const message = html("p", { role: "status" });
  const picture = svg("svg", { class: "preview" });
  const input = html("textarea", { rows: 3, spellcheck: "false" });
  /** @param {Layout | null} now */
  const draw = (now) => {
    layout = now;
    const { left, top, right, bottom } = bounds(now ?? { ...editor.layout, panels: {} });
    const empty = right < left;
    for (const each of [...changes, use]) each.disabled = empty;
    set(picture, { viewBox: empty ? null : `${left} ${top} ${right - left} ${bottom - top}` });
    picture.replaceChildren(
      ...Object.keys(now?.panels ?? {}).map((serial) => {
        const { x, y, width, height, turn } = onRoof(/** @type {Layout} */ (now), serial);
        const transform = `translate(${x} ${y}) rotate(${turn})`;
        return svg("rect", { class: editor.isGone(serial) ? "gone" : "", transform, ...rectangle(width, height) });
      }),
    );
  };
  /** @param {string} command @param {object} [values] */
  const read = async (command, values) => {
    write(message, text("editor_import_reading"));
    try {
      /** @type {{ layout: Layout, known: number, unknown: number }} */
      const answer = await editor.call(command, values);
      write(message, text("editor_import_known", { known: answer.known, total: answer.known + answer.unknown }));
      draw(answer.layout);
    } catch (error) {
      write(message, text("editor_import_failed", { reason: await editor.reason(error) }));
      draw(null);
    }
  };
  const changes = [
    button(text("editor_mirror"), "mirror", () => layout && draw(mirror(layout))),
    button(text("editor_turn"), "turn", () => layout && draw(quarterTurn(layout))),
  ];
  const use = button(text("editor_import_use"), "", () => undefined, "primary");
  draw(null);
  const content = [
    button(text("editor_import_account"), "import", () => read("import")),
    html("label", {}, text("editor_import_document", { address: ADDRESS }), input),
    button(text("editor_import_check"), "", () => read("read", { document: input.value })),
    message,
    picture,
    html("div", { class: "bar" }, ...changes),
  ];
  const result = await show(editor.dialog, text("editor_import_title"), content, (close) => {
    use.onclick = () => close("use");
    return [button(text("editor_cancel"), "", () => close("")), use];
  });
  return result ? layout : null;
};
