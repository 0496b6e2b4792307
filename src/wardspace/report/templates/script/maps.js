// The section of maps: two models side by side and all of them small, all with one choice.
const explorer = document.querySelector(".explorer");

const describe = (view) => {
  const { model, set, explained, methods } = view.map, figure = view.canvas.closest("figure");
  const by = data.columns[chosen.column].name, own = chosen.method in methods ? chosen.method : Object.keys(methods)[0];
  view.canvas.setAttribute("aria-label", `Map of ${notesOf(data.sets[set].n)} in the space of ${model}, coloured by ${by}`);
  const words = own === Object.keys(methods)[0]
    ? `Axes keep ${share(explained[0], 1)} and ${share(explained[1], 1)} of the variance` : `Placed by ${own}`;
  figure.querySelector("figcaption").textContent = words;
  const name = figure.querySelector(".printed");
  if (name) name.textContent = model;
};
const startMaps = () => {
  const again = () => { drawLegend(); views.forEach(describe); redraw(); };
  const one = (name) => document.querySelector(`select[data-choose=${name}]`);

  explorer.querySelectorAll("canvas[data-model]").forEach((canvas) => {
    const view = new View(canvas, Number(canvas.dataset.model));
    if (canvas.dataset.main === undefined) return;
    listen(view);
    const does = typed(view), figure = canvas.closest("figure");
    for (const button of figure.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => does[button.dataset.zoom]());
    figure.querySelector("select").addEventListener("change", (event) => {
      view.showModel(Number(event.target.value));
      describe(view);
      view.draw(palette());
    });
  });
  one("colour").addEventListener("change", (event) => {
    chosen.column = Number(event.target.value);
    chosen.hidden.clear();
    countBy.value = event.target.value;
    again();
    showSelection();
  });
  one("method")?.addEventListener("change", (event) => { chosen.method = event.target.value; views.forEach((v) => v.reset()); again(); });
  countBy.addEventListener("change", showSelection);
  legendDoes.addEventListener("change", drawLegend);
  showAll.addEventListener("click", () => { chosen.hidden.clear(); again(); });
  for (const button of document.querySelectorAll("[data-do=clear]")) button.addEventListener("click", unpick);
  more?.addEventListener("click", () => tellTexts(textsShown + PAGE));
  const drags = explorer.querySelectorAll("[data-drag]");
  for (const button of drags) button.addEventListener("click", () => {
    chosen.lasso = button.dataset.drag === "lasso";
    explorer.classList.toggle("lassoing", chosen.lasso);
    for (const other of drags) other.setAttribute("aria-pressed", String(other === button));
  });

  new ResizeObserver(redraw).observe(explorer);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("beforeprint", () => { chosen.printing = true; again(); });
  addEventListener("afterprint", () => { chosen.printing = false; again(); });
  addEventListener("scroll", unlight, { passive: true });
  again();
  showSelection();
};
if (explorer) startMaps();
