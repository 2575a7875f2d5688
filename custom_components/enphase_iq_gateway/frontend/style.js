// The look of the card, in the colors of Home Assistant's theme. The sheet and the table bring their own.

const CSS = `
:host{display:block;--text:var(--primary-text-color,#212121);--text2:var(--secondary-text-color,#5e5e5e);
--surface:var(--ha-card-background,var(--card-background-color,#fff));--line:var(--divider-color,#e0e0e0);
--primary:var(--primary-color,#009ac7);--warning:var(--warning-color,#ffa600);--error:var(--error-color,#db4437);
--quiet:color-mix(in srgb,var(--text) 9%,var(--surface));--hatch:color-mix(in srgb,var(--text) 24%,var(--surface));
--tint:color-mix(in srgb,var(--primary) 20%,var(--surface));--link:color-mix(in srgb,var(--primary) 55%,var(--text))}
[hidden]{display:none!important}
ha-card{display:block;container-type:inline-size;padding:16px;color:var(--text);box-sizing:border-box;height:100%;overflow:auto}
button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
button:disabled{cursor:default}
button:focus-visible,input:focus-visible{outline:2px solid var(--primary);outline-offset:2px}
.icon{width:40px;height:40px;border-radius:50%;display:inline-grid;place-items:center;flex:none}
.icon:hover:not(:disabled),.menu button:hover,.chip:hover,.day:hover{background:color-mix(in srgb,var(--text) 7%,transparent)}
.icon:disabled{opacity:.3}
.sign{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.sign.filled{fill:currentColor;stroke-width:1}
.menu-button .sign{stroke-width:3.6}
header{display:grid;grid-template-columns:1fr auto auto;gap:4px 12px;align-items:center;position:relative;margin:-4px -8px 0 0}
h2{font-size:20px;font-weight:400;line-height:28px;margin:0;overflow-wrap:anywhere}
.segment{display:inline-flex;border:1px solid var(--line);border-radius:20px;overflow:hidden}
.segment button{font-weight:500;font-size:13px;padding:0 14px;min-height:40px}
.segment button[aria-pressed=true]{background:var(--tint)}
.segment button:focus-visible{outline-offset:-3px;border-radius:20px}
.segment.low button{padding:0 12px;font-size:12px}
.menu{position:absolute;right:0;top:44px;z-index:2;background:var(--surface);border:1px solid var(--line);border-radius:12px;
padding:6px 0;min-width:200px;box-shadow:0 6px 20px rgb(0 0 0/.25)}
.menu button{display:block;width:100%;text-align:start;padding:0 18px;min-height:42px}
.summary{display:flex;flex-wrap:wrap;gap:2px 18px;align-items:center;min-height:44px;margin:4px 0}
.summary b{font-size:28px;font-weight:500;display:inline-flex;gap:10px;align-items:center}
.summary>span{color:var(--text2)}
.chips{display:flex;flex-wrap:wrap;gap:6px 8px;margin:4px 0 8px}
.chips:empty,.message:empty{display:none}
.chip{display:inline-flex;gap:8px;align-items:center;border:1px solid var(--line);border-radius:20px;padding:0 14px 0 10px;min-height:40px}
.chip[aria-pressed=true]{background:var(--tint);border-color:var(--primary)}
.chip i{font-style:normal;font-weight:700;width:12px;text-align:center}
.chip i.weak{color:var(--warning)}.chip i.no_power{color:var(--error)}
.message{color:var(--text2);margin:4px 0 8px;display:flex;gap:0 12px;align-items:center;flex-wrap:wrap}
.message button,.link{color:var(--link);font-weight:500;min-height:40px}
.roof{overflow-x:auto;overflow-y:hidden;touch-action:pan-x pan-y;margin:0 -6px}
.roof svg{display:block}
.stale .roof,.stale table{opacity:.45}
.name{fill:var(--text2);font-size:14px}
.tile{cursor:pointer;outline:none}
.tile.dim{opacity:.22}
.face{stroke:var(--line);stroke-width:1}
.number{font-size:var(--value-size);font-weight:500;text-anchor:middle;dominant-baseline:central;pointer-events:none}
.small .number,.many.moving .number,.no-values .number{display:none}
.outline,.badge{display:none}
.weak .outline,.no_power .outline,.silent .outline{display:inline;stroke-width:3}
.weak .outline{stroke:var(--warning)}.no_power .outline{stroke:var(--error)}
.silent .outline{stroke:var(--text2);stroke-width:1.5;stroke-dasharray:5 4}
.weak .badge,.no_power .badge{display:inline}
.badge circle{fill:var(--surface);stroke-width:2}.badge path{fill:var(--text)}
.weak .badge circle{stroke:var(--warning)}.no_power .badge circle{stroke:var(--error)}
.tile:hover .face{stroke:var(--text2)}
.tile:focus-visible .face{stroke:var(--primary);stroke-width:4;paint-order:stroke}
.timeline{margin-top:10px}
.track{display:grid;grid-template-columns:40px 1fr minmax(56px,max-content);gap:0 8px;align-items:center}
.chart{display:block;grid-column:2;min-width:0;width:calc(100% - 18px);margin:0 9px;height:48px}
.curve{fill:color-mix(in srgb,var(--primary) 32%,var(--surface))}
.cursor{stroke:var(--text);stroke-width:1.5;vector-effect:non-scaling-stroke}
input[type=range]{appearance:none;width:100%;height:40px;margin:0;background:none;cursor:pointer;touch-action:pan-y;
--bar:linear-gradient(90deg,var(--primary) var(--share),var(--hatch) var(--share))}
input[type=range]::-webkit-slider-runnable-track{height:6px;border-radius:3px;background:var(--bar)}
input[type=range]::-moz-range-track{height:6px;border-radius:3px;background:var(--bar)}
input[type=range]::-webkit-slider-thumb{appearance:none;width:18px;height:18px;margin-top:-6px;border-radius:50%;background:var(--primary);border:2px solid var(--surface);box-sizing:border-box}
input[type=range]::-moz-range-thumb{width:18px;height:18px;border-radius:50%;background:var(--primary);border:2px solid var(--surface);box-sizing:border-box}
input[type=range]:disabled{opacity:.4;cursor:default}
.play{grid-column:1}
.live{font-weight:500;font-variant-numeric:tabular-nums;min-height:40px;text-align:end;white-space:nowrap}
.live:not(:disabled){color:var(--link)}
.live.on::before{content:"";display:inline-block;width:8px;height:8px;border-radius:50%;background:var(--success-color,#43a047);margin-inline-end:6px}
.foot{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:0 16px}
.days{display:flex;align-items:center;min-width:0}
.picker{position:relative;display:inline-block}
.day{min-height:40px;padding:0 8px;border-radius:8px}
.picker input{position:absolute;inset:0;width:100%;height:100%;opacity:0;pointer-events:none;border:0;padding:0}
.note{color:var(--text2);margin-inline-start:4px}
.legend{display:inline-flex;gap:8px;align-items:center;color:var(--text2);font-size:12px;min-height:32px;margin-inline-end:4px}
.bar{width:120px;height:10px;border-radius:5px;box-shadow:inset 0 0 0 1px var(--line)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@container (max-width:459px){
header{grid-template-columns:1fr auto}header .segment{grid-row:2;grid-column:1/-1;margin-inline-end:8px}header .segment button{flex:1;padding:0 4px}
.summary b{font-size:24px}.bar{width:90px}.track{gap:0 4px}.name{font-size:12px}
.foot{gap:0 8px}.legend{flex:1;justify-content:flex-end}}
`;

/** The style sheet, which all cards of a page share. */
export const styles = new CSSStyleSheet();
styles.replaceSync(CSS);
