// Mouse, pen and fingers on a map: drag to move, or to draw a line around notes; wheel and two fingers to zoom.
const STILL = 5;

const listen = (view) => {
  const { canvas } = view, down = new Map();
  let travelled = 0, drawing = false;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const redrawn = () => view.draw(palette());
  const point = (event) => {
    const note = view.nearest(...at(event));
    if (note < 0) unlight(); else if (!chosen.lit || chosen.lit.note !== note || chosen.lit.set !== view.set) light(view, note);
  };
  const spread = () => {
    const [[ax, ay], [bx, by]] = [...down.values()];
    return { middle: [(ax + bx) / 2, (ay + by) / 2], far: Math.hypot(ax - bx, ay - by) };
  };
  const pinch = (event) => {
    const before = spread();
    down.set(event.pointerId, at(event));
    const after = spread();
    view.move(after.middle[0] - before.middle[0], after.middle[1] - before.middle[1]);
    if (before.far > 0) view.zoomAt(...after.middle, after.far / before.far);
    redrawn();
  };
  const end = (event, finished) => {
    if (!down.delete(event.pointerId)) return;
    const points = view.outline;
    if (drawing) { view.outline = null; drawing = false; }
    if (finished && points && points.length > 2 && travelled > STILL) view.pickInside(points);
    else if (finished && travelled <= STILL) point(event);
    view.show(palette());
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture?.(event.pointerId);
    down.set(event.pointerId, at(event));
    if (down.size === 1) {
      travelled = 0;
      drawing = chosen.lasso || event.shiftKey;
      view.outline = drawing ? [at(event)] : null;
    } else { drawing = false; view.outline = null; travelled = Infinity; }
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down.has(event.pointerId)) return point(event);
    if (down.size > 1) return pinch(event);
    const [fromX, fromY] = down.get(event.pointerId), [x, y] = at(event);
    travelled += Math.hypot(x - fromX, y - fromY);
    down.set(event.pointerId, [x, y]);
    if (travelled > STILL) unlight();
    if (drawing) { view.outline.push([x, y]); return view.show(palette()); }
    view.move(x - fromX, y - fromY);
    redrawn();
  });
  canvas.addEventListener("pointerup", (event) => end(event, true));
  canvas.addEventListener("pointercancel", (event) => end(event, false));
  canvas.addEventListener("pointerleave", unlight);
  // a page that scrolls must not stop at a map: the wheel zooms where the map was clicked or Ctrl is held
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
    event.preventDefault();
    view.zoomAt(...at(event), Math.exp(-event.deltaY * (event.deltaMode ? .05 : .002)));
    redrawn();
  }, { passive: false });
};
