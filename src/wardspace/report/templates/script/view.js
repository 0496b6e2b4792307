// One map: where its notes are drawn, and which note is near a point.
const EDGE = 14, NEAREST = 14, FURTHEST_ZOOM = 40;

class View {
  constructor(canvas, model) {
    this.canvas = canvas;
    this.layer = document.createElement("canvas");
    this.outline = null; // points of a lasso or corners of a rectangle
    this.showModel(model);
    views.push(this);
  }

  get map() { return data.maps[this.model]; }
  get set() { return this.map.set; }
  get places() { return this.map.places[chosen.method] ?? Object.values(this.map.places)[0]; }
  get side() { return this.canvas.clientWidth; }
  get home() { return this.zoom === 1 && this.x === 0 && this.y === 0; }

  showModel(model) { this.model = model; this.reset(); }
  reset() { this.zoom = 1; this.x = this.y = 0; this.moved(); }

  place(note, side = this.side) {
    const at = (u, shift) => (EDGE + u * (side - 2 * EDGE) - side / 2) * this.zoom + side / 2 + shift * side;
    return [at(this.places[2 * note], this.x), at(this.places[2 * note + 1], this.y)];
  }
  // what lies at (x, y) stays there
  zoomAt(x, y, factor) {
    const zoom = Math.min(FURTHEST_ZOOM, Math.max(1, this.zoom * factor)), side = this.side, by = zoom / this.zoom;
    const kept = (point, shift) => (point - side / 2 - (point - side / 2 - shift * side) * by) / side;
    this.x = kept(x, this.x); this.y = kept(y, this.y); this.zoom = zoom;
    this.moved();
  }
  move(dx, dy) { this.x += dx / this.side; this.y += dy / this.side; this.moved(); }
  moved() {
    const most = (this.zoom - 1) / 2;
    this.x = Math.max(-most, Math.min(most, this.x)); this.y = Math.max(-most, Math.min(most, this.y));
    this.canvas.classList.toggle("zoomed", !this.home);
  }

  // draws the notes, then `show` puts them on the page with what changes more often
  draw(tones) {
    const side = this.side;
    if (!side) return;
    this.layer.dataset.side = side;
    const { pen, ratio } = sized(this.layer), codes = data.sets[this.set].codes[chosen.column];
    const r = Math.min(7, Math.max(1.9, Math.min(3.4, side / 110)) * this.zoom ** .4);
    const { made, half } = stamps(chosen.column, r, ratio, tones);
    const picked = chosen.picked && chosen.picked.set === this.set ? chosen.picked.flags : null;
    const stampAll = (wanted, faintness) => {
      pen.globalAlpha = faintness;
      for (let note = 0; note < codes.length; note++) {
        if (chosen.hidden.has(codes[note]) || (picked && picked[note] !== wanted)) continue;
        const [x, y] = this.place(note, side);
        if (x < -half || y < -half || x > side + half || y > side + half) continue;
        pen.drawImage(made.get(codes[note]), x - half, y - half, 2 * half, 2 * half);
      }
    };
    if (picked) { stampAll(0, .13); stampAll(1, 1); } else stampAll(0, 1);
    this.r = r;
    this.show(tones);
  }
  show(tones) {
    if (!this.side) return;
    const { pen, side } = sized(this.canvas);
    pen.drawImage(this.layer, 0, 0, side, side);
    if (this.outline) {
      pen.beginPath(); polygon(pen, this.outline);
      pen.globalAlpha = .12; pen.fillStyle = tones.accent; pen.fill(); pen.globalAlpha = 1;
      pen.setLineDash([5, 4]); pen.strokeStyle = tones.ink; pen.lineWidth = 1.5; pen.stroke(); pen.setLineDash([]);
    }
    if (chosen.lit && chosen.lit.set === this.set) {
      const [x, y] = this.place(chosen.lit.note);
      trace(pen, 0, x, y, (this.r ?? 3) + 4);
      pen.strokeStyle = tones.bg; pen.lineWidth = 4; pen.stroke();
      pen.strokeStyle = tones.ink; pen.lineWidth = 2; pen.stroke();
    }
  }

  nearest(x, y) {
    let best = -1, least = NEAREST * NEAREST;
    for (let note = 0; note < data.sets[this.set].n; note++) {
      if (!shown(this.set, note)) continue;
      const [px, py] = this.place(note), far = (px - x) ** 2 + (py - y) ** 2;
      if (far < least) { least = far; best = note; }
    }
    return best;
  }
  // even-odd rule; notes that are hidden are not taken
  pickInside(points) {
    const inside = (x, y) => points.reduce((found, [ax, ay], i) => {
      const [bx, by] = points[(i + points.length - 1) % points.length];
      return (ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax ? !found : found;
    }, false);
    pick(this.set, (note) => shown(this.set, note) && inside(...this.place(note)));
  }
}
