// The values of the colouring column: each is a button that hides it, shows it alone, or selects its notes.
const legend = document.querySelector(".explorer .legend");
const legendDoes = document.querySelector("select[data-choose=legend]");
const showAll = document.querySelector("[data-do=all]");

const press = (code) => {
  const { hidden } = chosen, others = codesOf(chosen.column).filter((other) => other !== code);
  if (legendDoes.value === "select") {
    const set = views[0].set;
    return pick(set, (note) => data.sets[set].codes[chosen.column][note] === code);
  }
  if (legendDoes.value === "hide") {
    if (!hidden.delete(code)) hidden.add(code);
  } else {
    const alone = !hidden.has(code) && others.length > 0 && others.every((other) => hidden.has(other));
    chosen.hidden = new Set(alone ? [] : others);
  }
  drawLegend();
  redraw();
};
const legendEntry = (code, count, tones) => {
  const item = document.createElement("li"), swatch = element("canvas", undefined, { "aria-hidden": "true", "data-side": 16 });
  const button = element("button", undefined, { type: "button", "data-code": code });
  const rarer = code === data.columns[chosen.column].values.length;
  const words = rarer ? `${data.columns[chosen.column].rarer} rarer values` : valueOf(chosen.column, code);
  if (legendDoes.value !== "select") button.setAttribute("aria-pressed", String(!chosen.hidden.has(code)));
  button.classList.toggle("off", chosen.hidden.has(code));
  button.append(swatch, element("span", `${words} (${count.toLocaleString("en")})`));
  button.addEventListener("click", () => press(code));
  item.append(button);
  const { pen, side } = sized(swatch);
  mark(pen, chosen.column, code, side / 2, side / 2, 5, tones);
  return item;
};
const drawLegend = () => {
  const held = legend.contains(document.activeElement) ? document.activeElement.dataset.code : null, tones = palette();
  const counts = new Map();
  for (const set of data.sets) for (const code of set.codes[chosen.column]) counts.set(code, (counts.get(code) ?? 0) + 1);
  legend.replaceChildren(...codesOf(chosen.column).map((code) => legendEntry(code, counts.get(code) ?? 0, tones)));
  if (held !== null) legend.querySelector(`[data-code="${held}"]`).focus();
  showAll.disabled = chosen.hidden.size === 0;
};
