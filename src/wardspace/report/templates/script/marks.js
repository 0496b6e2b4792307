// Marks of values: colour and shape both go on with each value, so that neighbours differ in grey too.
const COLOURS = 8, SHAPES = 6, RAMP = 6;

const palette = () => {
  const names = ["soft", "line", "ink", "bg", "panel", "accent"];
  for (let i = 0; i < COLOURS; i++) names.push(`c${i}`);
  for (let i = 0; i < RAMP; i++) names.push(`s${i}`);
  const style = getComputedStyle(root);
  // paper is white, whatever the screen is
  return Object.fromEntries(names.map((n) => [n, chosen.printing ? data.light[n] : style.getPropertyValue(`--${n}`).trim()]));
};

const polygon = (pen, points) => { points.forEach(([x, y], i) => i ? pen.lineTo(x, y) : pen.moveTo(x, y)); pen.closePath(); };
const PLUS = [[-1.2, -.42], [-.42, -.42], [-.42, -1.2], [.42, -1.2], [.42, -.42], [1.2, -.42]];
PLUS.push(...PLUS.map(([x, y]) => [-x, -y]));
const trace = (pen, shape, x, y, r) => {
  pen.beginPath();
  if (shape === 0) pen.arc(x, y, r, 0, 7);
  else if (shape === 1) pen.rect(x - r * .9, y - r * .9, r * 1.8, r * 1.8);
  else if (shape === 2) polygon(pen, [[x, y - r * 1.25], [x + r * 1.2, y + r], [x - r * 1.2, y + r]]);
  else if (shape === 3) polygon(pen, [[x, y - r * 1.35], [x + r * 1.35, y], [x, y + r * 1.35], [x - r * 1.35, y]]);
  else if (shape === 4) polygon(pen, [[x, y + r * 1.25], [x + r * 1.2, y - r], [x - r * 1.2, y - r]]);
  else polygon(pen, PLUS.map(([dx, dy]) => [x + r * dx, y + r * dy]));
};
const mark = (pen, column, code, x, y, r, tones) => {
  const { values, ordered } = data.columns[column];
  if (code >= values.length) {
    trace(pen, 0, x, y, r * .65);
    pen.strokeStyle = tones.soft; pen.lineWidth = 1; pen.stroke();
    return;
  }
  trace(pen, ordered ? 0 : code % SHAPES, x, y, r);
  pen.fillStyle = ordered ? tones[`s${code}`] : tones[`c${code % COLOURS}`];
  pen.fill();
  // a thin edge in the colour of the ground keeps marks that overlap apart
  pen.strokeStyle = chosen.printing ? tones.bg : tones.panel; pen.lineWidth = .6; pen.stroke();
};
// each value is drawn once and then stamped: thousands of notes are redrawn while a finger moves
const stamps = (column, r, ratio, tones) => {
  const half = Math.ceil(r * 1.5 + 1), made = new Map();
  for (const code of codesOf(column)) {
    const stamp = document.createElement("canvas");
    stamp.width = stamp.height = 2 * half * ratio;
    const pen = stamp.getContext("2d");
    pen.scale(ratio, ratio);
    mark(pen, column, code, half, half, r, tones);
    made.set(code, stamp);
  }
  return { made, half };
};
const sized = (canvas) => {
  const ratio = Math.max(1, devicePixelRatio || 1), side = canvas.clientWidth || Number(canvas.dataset.side) || 0;
  const pixels = Math.round(side * ratio);
  if (canvas.width !== pixels || canvas.height !== pixels) canvas.width = canvas.height = pixels;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, side, side);
  return { pen, side, ratio };
};
