// A map without a mouse: arrows move, + and − zoom, N and P walk through the notes, S draws a rectangle.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const typed = (view) => {
  let box = null; // the rectangle: middle and half its sides, in shares of the map
  const corners = () => {
    const { x, y, w, h } = box, s = view.side;
    return [[x - w, y - h], [x + w, y - h], [x + w, y + h], [x - w, y + h]].map(([a, b]) => [a * s, b * s]);
  };
  const outline = () => { view.outline = box && corners(); view.show(palette()); };
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const change = ([dx, dy], resize) => {
    if (resize) { box.w = clamp(box.w + dx * .025, .025, .5); box.h = clamp(box.h - dy * .025, .025, .5); }
    else { box.x = clamp(box.x + dx * .05, 0, 1); box.y = clamp(box.y + dy * .05, 0, 1); }
    outline();
  };
  const walk = (step) => {
    const notes = [...Array(data.sets[view.set].n).keys()].filter((note) => {
      const [x, y] = view.place(note);
      return shown(view.set, note) && x >= 0 && y >= 0 && x <= view.side && y <= view.side;
    });
    if (!notes.length) return;
    notes.sort((a, b) => view.places[2 * a] - view.places[2 * b] || a - b);
    const here = chosen.lit && chosen.lit.set === view.set ? notes.indexOf(chosen.lit.note) : -1;
    light(view, notes[(here < 0 ? (step > 0 ? 0 : notes.length - 1) : here + step + notes.length) % notes.length]);
  };
  const zoom = (factor) => { view.zoomAt(view.side / 2, view.side / 2, factor); view.draw(palette()); };
  const does = {
    "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), "−": () => zoom(1 / 1.5),
    0: () => { view.reset(); view.draw(palette()); },
    n: () => walk(1), p: () => walk(-1),
    s: () => {
      box = { x: .5, y: .5, w: .15, h: .15 };
      statusLine.textContent = "A rectangle in the middle: arrows move it, Shift and arrows change its size, Enter selects the notes inside, Escape drops it.";
      outline();
    },
    Escape: () => { if (box) { box = null; outline(); showSelection(); } else unlight(); },
    Enter: () => { if (!box) return; const points = corners(); box = null; view.outline = null; view.pickInside(points); },
  };
  view.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key], act = does[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!arrow && !act) return;
    event.preventDefault();
    if (act) return act();
    if (box) return change(arrow, event.shiftKey);
    view.move(-arrow[0] * view.side * .1, -arrow[1] * view.side * .1);
    unlight();
    view.draw(palette());
  });
  view.canvas.addEventListener("blur", () => { box = null; view.outline = null; unlight(); view.show(palette()); });
  return does;
};
