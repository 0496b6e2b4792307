// The maps as the page holds them: whole numbers in base64, see `compact` in maps.py.
const GRID = 65535;
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const placesOf = (text) => {
  const bytes = bytesOf(text), places = new Float32Array(bytes.length / 2);
  for (let i = 0; i < places.length; i++) places[i] = (bytes[2 * i] + 256 * bytes[2 * i + 1]) / GRID;
  return places;
};
const readData = (held) => {
  const data = JSON.parse(held.textContent);
  for (const set of data.sets) set.codes = set.codes.map(bytesOf);
  for (const map of data.maps) {
    map.places = Object.fromEntries(Object.entries(map.methods).map(([name, text]) => [name, placesOf(text)]));
  }
  return data;
};
const data = readData(document.getElementById("map-data"));

// code of each value in the order of a legend: named values, then rarer ones, then notes without a value
const codesOf = (column) => {
  const { values, rarer } = data.columns[column];
  const absent = data.sets.some((set) => set.codes[column].includes(data.missing));
  return [...values.keys(), ...(rarer ? [values.length] : []), ...(absent ? [data.missing] : [])];
};
const valueOf = (column, code) => {
  const { values, rarer } = data.columns[column];
  if (code === data.missing) return "missing";
  return code < values.length ? values[code] : rarer === 1 ? "a rarer value" : `one of ${rarer} rarer values`;
};
const share = (part, whole) => whole ? `${(100 * part / whole).toFixed(1)}%` : "–";
const notesOf = (count) => `${count.toLocaleString("en")} ${count === 1 ? "note" : "notes"}`;
