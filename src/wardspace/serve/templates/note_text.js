"use strict";
// Places in a text. The server counts code points, the browser UTF-16 units: an emoji is one of the former, two of the latter.
const noteText = (() => {
  /** Both ways between the places of `text`. */
  const places = (text) => {
    const unitOf = [], pointOf = new Uint32Array(text.length + 1);
    for (let unit = 0; unit < text.length; unit += text.codePointAt(unit) > 0xffff ? 2 : 1) {
      pointOf.fill(unitOf.length, unit, Math.min(unit + 2, text.length));
      unitOf.push(unit);
    }
    pointOf[text.length] = unitOf.length;
    unitOf.push(text.length);
    return { unit: (point) => unitOf[point], point: (unit) => pointOf[unit] };
  };

  /** The same number of units, with line breaks that a browser breaks lines at. */
  const shown = (text) => text.replace(/\r\n/g, "\u200b\n").replace(/[\r\f\v\u0085]/g, "\n");

  /** A stretch without blanks and marks around it; null where nothing is left. */
  const trimmed = (text, start, end) => {
    const inner = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su.exec(text.slice(start, end));
    return inner && { start: start + inner.index, end: start + inner.index + inner[0].length };
  };

  /** A stretch without blanks around it; null where nothing is left. */
  const stripped = (text, start, end) => {
    const inner = /\S(?:.*\S)?/su.exec(text.slice(start, end));
    return inner && { start: start + inner.index, end: start + inner.index + inner[0].length };
  };

  const cut = (text, granularity, pattern) => typeof Intl.Segmenter === "function"
    ? [...new Intl.Segmenter(undefined, { granularity }).segment(text)].map(({ segment, index }) => ({ start: index, end: index + segment.length }))
    : [...text.matchAll(pattern)].map((one) => ({ start: one.index, end: one.index + one[0].length }));

  /** Words and signs with their places, in scripts without blanks between words too. */
  const segments = (text) => cut(text, "word", /[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu).filter(({ start, end }) => /\S/u.test(text.slice(start, end)));

  /** Where a character begins that people see as one: a letter with its accents, an emoji of several signs. */
  const borders = (text) => [...cut(text, "grapheme", /\P{M}\p{M}*/gsu).map(({ start }) => start), text.length];

  /** Every word with its place. */
  const words = (text) =>
    [...text.matchAll(/\S+/gu)].map((word) => trimmed(text, word.index, word.index + word[0].length)).filter(Boolean);

  return { places, shown, trimmed, stripped, words, segments, borders };
})();
