// Creates elements. Texts become text nodes, so a name that someone typed is never read as HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return a new HTML element; attributes such as `onclick` are listeners, false and null ones are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Attributes} [attributes] @param {Child[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export const html = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/**
 * Return a new SVG element.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag @param {Attributes} [attributes] @param {Child[]} children
 * @returns {SVGElementTagNameMap[T]}
 */
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/**
 * Set the attributes of an element that differ from what they are.
 * @param {Element} element @param {Attributes} attributes
 */
export const set = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) {
    const text = value === true ? "" : String(value);
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
};

/**
 * Set the text of an element unless it is the same.
 * @param {Element} element @param {string} text
 */
export const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

/**
 * @template {Element} E
 * @param {E} element @param {Attributes | undefined} attributes @param {Child[]} children
 * @returns {E}
 */
const fill = (element, attributes, children) => {
  if (attributes) set(element, attributes);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};
