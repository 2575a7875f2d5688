// The icons of the card, drawn for it in a square of 24.

import { html, svg } from "./element.js";

const PATHS = {
  play: "M8 5v14l11-7z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  before: "M15 5l-7 7 7 7",
  after: "M9 5l7 7-7 7",
  menu: "M12 5.5v0M12 12v0M12 18.5v0",
  close: "M6 6l12 12M18 6L6 18",
  moon: "M19 14.5A8 8 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z",
};
const FILLED = new Set(["play", "pause", "moon"]);

/** @param {IconName} name */
export const icon = (name) =>
  svg(
    "svg",
    { class: FILLED.has(name) ? "sign filled" : "sign", viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { d: PATHS[name] }),
  );

/** @param {IconName} name @param {string} label @param {() => void} onclick @param {Attributes} [others] */
export const iconButton = (name, label, onclick, others) =>
  html("button", { class: `icon ${name}`, "aria-label": label, onclick, ...others }, icon(name));
