// What the reader has chosen; every map shows the same choice.
const chosen = {
  column: 0, method: Object.keys(data.maps[0]?.methods ?? {})[0], hidden: new Set(), lasso: false, printing: false,
  picked: null, // {set, flags, count}: notes that were selected
  lit: null, // {set, note}: the note that is pointed at
};
const views = []; // every map on the page
const redraw = () => { const tones = palette(); for (const view of views) view.draw(tones); };
const ring = () => { const tones = palette(); for (const view of views) view.show(tones); };
const shown = (set, note) => !chosen.hidden.has(data.sets[set].codes[chosen.column][note]);

const pick = (set, test) => {
  const flags = new Uint8Array(data.sets[set].n);
  let count = 0;
  for (let note = 0; note < flags.length; note++) if (test(note)) { flags[note] = 1; count++; }
  chosen.picked = { set, flags, count };
  redraw();
  showSelection();
};
const unpick = () => { chosen.picked = null; redraw(); showSelection(); };
