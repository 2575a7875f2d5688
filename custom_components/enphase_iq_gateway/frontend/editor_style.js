/** Styles of the editor, in the colors of Home Assistant's theme. */
export const STYLE = `
* { box-sizing: border-box; }
dialog {
  color: var(--primary-text-color); background: var(--card-background-color); border: 0; border-radius: 12px; padding: 16px;
  width: min(480px, 100vw - 32px); font: 14px/1.4 var(--ha-font-family-body, Roboto, sans-serif);
  max-height: calc(100dvh - 32px); overflow: auto;
}
dialog::backdrop { background: #0008; }
dialog.editor[open] {
  inset: 0; width: 100vw; height: 100dvh; max-width: none; max-height: none; border-radius: 0; padding: 0; overflow: hidden;
  display: flex; flex-direction: column; background: var(--primary-background-color);
}
h2 { font-size: 20px; font-weight: 400; margin: 0; flex: 1 1 auto; }
dialog:not(.editor) h2 { margin-bottom: 12px; }
h3 { font-size: 14px; font-weight: 500; margin: 12px; }
p { margin: 8px 0; }
small { color: var(--secondary-text-color); font-size: 12px; }
.bar { display: flex; gap: 8px; align-items: center; }
dialog.editor > :not(main) { padding: 8px 12px; margin: 0; background: var(--card-background-color); }
.editor > .bar { overflow-x: auto; flex: none; }
.tools { border-bottom: 1px solid var(--divider-color); }
.end { justify-content: flex-end; flex-wrap: wrap; margin-top: 16px; }
.end :first-child:nth-last-child(3) { margin-inline-end: auto; }
dialog.editor > p { border-top: 1px solid var(--divider-color); min-height: 37px; }
main { flex: 1; min-height: 0; display: flex; }
button, select, input, textarea {
  font: inherit; color: var(--primary-text-color); min-height: 40px; border-radius: 8px; padding: 0 12px;
  background: transparent; border: 1px solid var(--divider-color);
}
select, input, textarea { background: var(--card-background-color); }
textarea { padding: 8px 12px; font-family: monospace; font-size: 12px; }
option { background: var(--card-background-color); }
button { display: inline-flex; gap: 8px; align-items: center; justify-content: center; cursor: pointer; flex: none; }
button svg { width: 20px; height: 20px; fill: none; stroke: currentcolor; stroke-width: 2; flex: none; }
button:disabled, select:disabled { opacity: .45; cursor: default; }
.small { width: 40px; padding: 0; border-color: transparent; }
.primary, button[aria-pressed=true] {
  background: color-mix(in srgb, var(--primary-color) 22%, transparent); border-color: var(--primary-color);
}
.chip { border-radius: 20px; }
.chip small { color: inherit; }
:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px; }
label {
  display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; overflow-wrap: anywhere; margin: 12px 0;
  color: var(--secondary-text-color);
}
.tray {
  width: 250px; flex: none; display: flex; flex-direction: column;
  border-inline-end: 1px solid var(--divider-color); background: var(--card-background-color);
}
.list { overflow: auto; display: grid; gap: 6px; align-content: start; padding: 2px 12px 12px; touch-action: pan-y; }
.list button {
  touch-action: inherit; display: grid; grid-template-columns: 1fr auto; gap: 0 8px; padding: 4px 12px;
  text-align: start; cursor: grab; user-select: none;
}
.list b { font-weight: 500; grid-column: 1 / 3; }
.canvas {
  background: var(--primary-background-color); flex: 1; overflow: auto; min-width: 0; overscroll-behavior: contain;
}
.canvas > svg { display: block; user-select: none; }
.line { fill: none; stroke: var(--divider-color); stroke-width: 1.5; }
.names { fill: var(--secondary-text-color); font-size: 30px; }
.tile { cursor: grab; fill-opacity: .85; outline: 0; }
.tile rect {
  fill: color-mix(in srgb, var(--primary-color) 26%, var(--card-background-color));
  stroke: var(--secondary-text-color); stroke-width: 2;
}
.tile.other rect { fill-opacity: .4; }
.tile text { fill: var(--primary-text-color); font-size: 23px; font-weight: 500; text-anchor: middle; }
.tile text + text { font-size: 20px; font-weight: 400; }
.tile[aria-pressed=true] rect {
  fill: color-mix(in srgb, var(--primary-color) 60%, var(--card-background-color)); stroke: var(--primary-color);
  stroke-width: 8;
}
.tile.over rect { stroke: var(--error-color); stroke-width: 6; stroke-dasharray: 16 8; }
.tile.gone rect { fill: var(--card-background-color); stroke-dasharray: 8 8; }
.tile:focus-visible rect { stroke: var(--primary-text-color); stroke-width: 8; }
.ghost, .band {
  fill: none; stroke: var(--primary-color); stroke-width: 4; stroke-dasharray: 14 10; pointer-events: none;
}
.band { fill: color-mix(in srgb, var(--primary-color) 15%, transparent); visibility: hidden; }
.preview { width: 100%; height: 200px; display: block; }
.preview rect {
  fill: color-mix(in srgb, var(--primary-color) 40%, transparent); stroke: var(--primary-color); stroke-width: 3;
}
.preview rect.gone { fill: none; stroke: var(--secondary-text-color); stroke-dasharray: 8 8; }
@media (max-width: 700px) {
  main { flex-direction: column-reverse; }
  .tray { width: auto; border: 0; border-top: 1px solid var(--divider-color); }
  .list { display: flex; touch-action: pan-x; }
  h2 { font-size: 16px; }
  .tools button:has(svg) span { display: none; }
}
`;
