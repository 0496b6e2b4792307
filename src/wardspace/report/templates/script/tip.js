// The tooltip of the note under the pointer.
const tip = document.querySelector(".tip");
const said = (set, note) => data.columns.map(({ name }, column) => `${name}: ${valueOf(column, data.sets[set].codes[column][note])}`);

const light = (view, note) => {
  chosen.lit = { set: view.set, note };
  ring();
  const words = said(view.set, note).join("\n"), box = view.canvas.getBoundingClientRect(), [x, y] = view.place(note);
  tip.textContent = data.texts ? `${words}\n\n${data.texts[note]}` : words;
  tip.hidden = false;
  const left = box.left + x + 14, top = box.top + y + 14;
  tip.style.left = `${Math.max(4, Math.min(left, innerWidth - tip.offsetWidth - 6))}px`;
  tip.style.top = `${Math.max(4, top + tip.offsetHeight > innerHeight ? top - tip.offsetHeight - 28 : top)}px`;
};
const unlight = () => {
  if (!chosen.lit) return;
  chosen.lit = null;
  tip.hidden = true;
  ring();
};
