"use strict";
// The page without this script shows macro F1 and every figure but the maps; with it, metrics can be chosen and maps drawn.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // ---- metrics: all choices on the page move together
  const choices = [...document.querySelectorAll("select[data-choose=metric]")];
  const showMetric = (metric) => {
    for (const choice of choices) choice.value = metric;
    for (const block of document.querySelectorAll("[data-metric]")) block.hidden = block.dataset.metric !== metric;
  };
  for (const choice of choices) choice.addEventListener("change", () => showMetric(choice.value));

  // ---- maps
  const held = document.getElementById("map-data");
  if (!held) return;
  const data = JSON.parse(held.textContent);
  const canvases = [...document.querySelectorAll("canvas[data-map]")];
  const tip = document.querySelector(".tip");
  const legend = document.querySelector(".legend");
  const colourBy = document.querySelector("select[data-choose=colour]");
  const COLOURS = 8, GRID = 1000, EDGE = 12;
  let column = 0, only = null, lit = null, printing = false;

  const colour = (name) => printing ? data.light[name] : getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const palette = () => {
    const names = ["soft", "line", "ink", "bg"];
    for (let i = 0; i < COLOURS; i++) names.push(`c${i}`);
    return Object.fromEntries(names.map((name) => [name, colour(name)]));
  };

  const trace = (pen, shape, x, y, r) => {
    pen.beginPath();
    if (shape === 0) pen.arc(x, y, r, 0, 7);
    else if (shape === 1) pen.rect(x - r * .9, y - r * .9, r * 1.8, r * 1.8);
    else { pen.moveTo(x, y - r * 1.2); pen.lineTo(x + r * 1.15, y + r * .95); pen.lineTo(x - r * 1.15, y + r * .95); pen.closePath(); }
  };
  const dot = (pen, code, values, x, y, r, tones) => {
    const named = code >= 0 && code < values;
    trace(pen, named ? Math.floor(code / COLOURS) : 0, x, y, named ? r : r * .7);
    if (named) { pen.fillStyle = tones[`c${code % COLOURS}`]; pen.fill(); }
    else { pen.strokeStyle = tones.soft; pen.lineWidth = 1; pen.stroke(); }
  };
  const sized = (canvas) => {
    const ratio = window.devicePixelRatio || 1, side = canvas.clientWidth;
    if (canvas.width !== Math.round(side * ratio)) canvas.width = canvas.height = Math.round(side * ratio);
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, side, side);
    return [pen, side];
  };
  const place = (value, side) => EDGE + value / GRID * (side - 2 * EDGE);

  const draw = (canvas, tones) => {
    const map = data.maps[canvas.dataset.map], codes = data.sets[map.set][column];
    const values = data.columns[column].values.length;
    const [pen, side] = sized(canvas);
    const r = Math.max(1.8, Math.min(3.6, side / 90));
    const order = map.x.map((_, i) => i);
    // chosen notes on top of the others
    if (only !== null) order.sort((a, b) => (codes[a] === only) - (codes[b] === only));
    for (const i of order) {
      pen.globalAlpha = only === null ? .8 : codes[i] === only ? 1 : .1;
      dot(pen, codes[i], values, place(map.x[i], side), place(map.y[i], side), r, tones);
    }
    pen.globalAlpha = 1;
    if (lit && lit.set === map.set) {
      trace(pen, 0, place(map.x[lit.note], side), place(map.y[lit.note], side), r + 4);
      pen.strokeStyle = tones.ink; pen.lineWidth = 2; pen.stroke();
    }
  };
  const drawAll = () => { const tones = palette(); for (const canvas of canvases) draw(canvas, tones); };

  const said = (map, note) => data.columns.map(({ name, values }, c) => {
    const code = data.sets[map.set][c][note];
    return `${name}: ${code < 0 ? "none given" : code < values.length ? values[code] : "a rarer value"}`;
  }).join("\n");
  const light = (canvas, note) => {
    const map = data.maps[canvas.dataset.map];
    lit = { set: map.set, note };
    drawAll();
    const box = canvas.getBoundingClientRect();
    tip.textContent = said(map, note);
    tip.hidden = false;
    const x = box.left + place(map.x[note], box.width) + 14, y = box.top + place(map.y[note], box.width) + 14;
    tip.style.left = `${Math.max(4, Math.min(x, innerWidth - tip.offsetWidth - 6))}px`;
    tip.style.top = `${Math.max(4, Math.min(y, innerHeight - tip.offsetHeight - 6))}px`;
  };
  const dark = () => { if (lit) { lit = null; tip.hidden = true; drawAll(); } };

  const nearest = (canvas, event) => {
    const map = data.maps[canvas.dataset.map], box = canvas.getBoundingClientRect();
    let best = -1, least = 14 * 14;
    for (let i = 0; i < map.x.length; i++) {
      const dx = box.left + place(map.x[i], box.width) - event.clientX;
      const dy = box.top + place(map.y[i], box.width) - event.clientY;
      const far = dx * dx + dy * dy;
      if (far < least) { least = far; best = i; }
    }
    return best;
  };
  for (const canvas of canvases) {
    const map = data.maps[canvas.dataset.map];
    // arrow keys walk through the notes from left to right
    const walk = map.x.map((_, i) => i).sort((a, b) => map.x[a] - map.x[b] || a - b);
    canvas.addEventListener("pointermove", (event) => {
      const note = nearest(canvas, event);
      if (note < 0) dark(); else if (!lit || lit.note !== note) light(canvas, note);
    });
    canvas.addEventListener("pointerleave", dark);
    canvas.addEventListener("blur", dark);
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") dark();
      if (!step || !walk.length) return;
      event.preventDefault();
      const here = lit && lit.set === map.set ? walk.indexOf(lit.note) : -step;
      light(canvas, walk[(here + step + walk.length) % walk.length]);
    });
  }

  const entry = (code, words) => {
    const item = document.createElement("li"), button = document.createElement("button");
    const swatch = document.createElement("canvas");
    button.type = "button";
    button.setAttribute("aria-pressed", String(only === code));
    button.append(swatch, words);
    button.addEventListener("click", () => { only = only === code ? null : code; legendAgain(); drawAll(); });
    item.append(button);
    legend.append(item);
    const [pen, side] = sized(swatch);
    dot(pen, code, data.columns[column].values.length, side / 2, side / 2, 5, palette());
  };
  const legendAgain = () => {
    const at = [...legend.querySelectorAll("button")].indexOf(document.activeElement);
    legend.replaceChildren();
    const { values, counts, rarer } = data.columns[column];
    values.forEach((value, code) => entry(code, `${value} (${counts[code]})`));
    if (rarer) entry(values.length, `${rarer} rarer values`);
    if (data.sets.some((set) => set[column].includes(-1))) entry(-1, "none given");
    if (at >= 0) legend.querySelectorAll("button")[at].focus();
  };
  colourBy.addEventListener("change", () => {
    column = Number(colourBy.value); only = null; legendAgain(); drawAll();
  });
  const again = () => { legendAgain(); drawAll(); };
  new ResizeObserver(drawAll).observe(document.querySelector(".maps"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("beforeprint", () => { printing = true; again(); });
  addEventListener("afterprint", () => { printing = false; again(); });
  addEventListener("scroll", dark, { passive: true });
  again();
})();
