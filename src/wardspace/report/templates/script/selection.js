// The notes that were selected, counted by value and set against all notes.
const statusLine = document.querySelector(".map-status");
const counting = document.querySelector(".counting");
const countBy = document.querySelector("select[data-choose=count]");

const tally = (column, set, flags) => {
  const counts = new Map(codesOf(column).map((code) => [code, [0, 0]]));
  data.sets[set].codes[column].forEach((code, note) => {
    const row = counts.get(code);
    row[1]++;
    if (flags[note]) row[0]++;
  });
  return counts;
};
const bar = (part, whole, kind) => {
  const made = element("span", undefined, { class: kind });
  made.style.width = `${whole ? 100 * part / whole : 0}%`;
  return made;
};
const row = (words, inside, all, count, n) => {
  const made = document.createElement("tr");
  made.append(element("th", words, { scope: "row" }));
  for (const cell of [inside.toLocaleString("en"), share(inside, count), all.toLocaleString("en"), share(all, n)]) {
    made.append(element("td", cell, { class: "number" }));
  }
  const bars = element("td", undefined, { class: "bars", "aria-hidden": "true" });
  bars.append(bar(inside, count, "inside"), bar(all, n, "all"));
  made.append(bars);
  return made;
};
const showSelection = () => {
  const { picked } = chosen, none = !picked || !picked.count;
  counting.hidden = none;
  for (const button of document.querySelectorAll("[data-do=clear]")) button.disabled = !picked;
  if (none) {
    statusLine.textContent = picked ? "No note is selected: the outline contains none." : "No note is selected.";
    tellTexts();
    return;
  }
  const column = Number(countBy.value), n = picked.flags.length, { name } = data.columns[column];
  const rows = [...tally(column, picked.set, picked.flags)].filter(([, [, all]]) => all);
  const [first, [most]] = rows.reduce((a, b) => b[1][0] > a[1][0] ? b : a);
  statusLine.textContent = `${notesOf(picked.count)} of ${n.toLocaleString("en")} selected (${share(picked.count, n)}); `
    + `the commonest ${name} among them is ${valueOf(column, first)} (${most.toLocaleString("en")}).`;
  counting.querySelector("caption").textContent = `Selected notes by ${name}, compared with all notes of the map`;
  counting.querySelector("thead th").textContent = name;
  const body = counting.querySelector("tbody");
  body.replaceChildren(...rows.map(([code, [inside, all]]) => row(valueOf(column, code), inside, all, picked.count, n)));
  tellTexts();
};
