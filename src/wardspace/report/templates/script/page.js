// Without this script the page shows the first metric and still maps; with it, metrics can be chosen and maps explored.
const root = document.documentElement;
root.classList.add("scripted");

// all choices of a metric on the page move together; a task that lacks the metric shows its first
const metricChoices = [...document.querySelectorAll("select[data-choose=metric]")];
const metricBlocks = [...document.querySelectorAll("[data-metric]")];
const showMetric = (metric) => {
  for (const choice of metricChoices) choice.value = metric;
  for (const set of new Set(metricBlocks.map((block) => block.dataset.of))) {
    const blocks = metricBlocks.filter((block) => block.dataset.of === set);
    const own = blocks.find((block) => block.dataset.metric === metric) ?? blocks[0];
    for (const block of blocks) block.hidden = block !== own;
  }
};
for (const choice of metricChoices) choice.addEventListener("change", () => showMetric(choice.value));

// the figures behind a sentence are shown when its link is followed, whichever metric was chosen before
const reveal = (hash) => {
  const block = document.getElementById(decodeURIComponent(hash.slice(1)))?.closest("[data-metric]");
  if (block?.hidden) showMetric(block.dataset.metric);
};
for (const link of document.querySelectorAll("a.evidence")) link.addEventListener("click", () => reveal(link.hash));
reveal(location.hash);

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
