// Without this script the page shows the first metric and still maps; with it, metrics can be chosen and maps explored.
const root = document.documentElement;
root.classList.add("scripted");

// all choices of a metric on the page move together
const metricChoices = [...document.querySelectorAll("select[data-choose=metric]")];
const showMetric = (metric) => {
  for (const choice of metricChoices) choice.value = metric;
  for (const block of document.querySelectorAll("[data-metric]")) block.hidden = block.dataset.metric !== metric;
};
for (const choice of metricChoices) choice.addEventListener("change", () => showMetric(choice.value));

// paper cannot be opened: what is folded is printed too, and folded again afterwards
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const one of unfolded) one.open = true;
});
addEventListener("afterprint", () => { for (const one of unfolded) one.open = false; });

const element = (name, words, attributes = {}) => {
  const made = document.createElement(name);
  if (words !== undefined) made.textContent = words;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
