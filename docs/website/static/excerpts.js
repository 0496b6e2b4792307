// Below each result of Sphinx's search: the sections of the page that hold the words, with an excerpt of each.
(() => {
  const LONGEST = 180, MOST = 3;
  const words = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase().split(/[^\p{L}\p{N}_]+/u).filter(Boolean);
  const begins = (word) => new RegExp(`(?<![\\p{L}\\p{N}_])${word}`, "iu");
  const marks = words.length && new RegExp(`(?<![\\p{L}\\p{N}_])(${words.join("|")})`, "giu");

  const scored = ([anchor, title, text]) => {
    const score = words.reduce((sum, word) => sum + (begins(word).test(title) ? 3 : begins(word).test(text) ? 1 : 0), 0);
    return { anchor, title, text, score };
  };

  const marked = (text) => {
    const line = document.createElement("span");
    for (const part of text.split(marks)) {
      const piece = words.includes(part.toLowerCase()) ? document.createElement("mark") : document.createElement("span");
      piece.textContent = part;
      line.append(piece);
    }
    return line;
  };

  const excerpt = (text) => {
    const at = Math.max(0, text.search(marks));
    const start = at < LONGEST / 3 ? 0 : text.indexOf(" ", at - LONGEST / 3) + 1;
    const cut = text.slice(start, start + LONGEST);
    return (start ? "… " : "") + cut + (start + LONGEST < text.length ? " …" : "");
  };

  const explain = (result) => {
    const link = result.querySelector("a");
    const [page, asked] = link?.getAttribute("href").split("?")[0].split("#") ?? [];
    const sections = (SECTIONS[page?.replace(/\.html$/, "")] ?? []).map(scored).filter(({ score }) => score);
    const shown = asked ? sections.filter(({ anchor }) => anchor === asked) : sections.sort((a, b) => b.score - a.score);
    for (const { anchor, title, text } of shown.slice(0, MOST)) {
      const line = document.createElement("p");
      line.className = "excerpt";
      const place = document.createElement("a");
      place.href = `${page}#${anchor}`;
      place.append(marked(title));
      if (!asked) line.append(place, ": ");
      line.append(marked(excerpt(text)));
      result.append(line);
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const found = document.getElementById("search-results");
    if (!found || !marks) return;
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.addedNodes) if (node.tagName === "LI") explain(node);
    }).observe(found, { childList: true, subtree: true });
  });
})();
