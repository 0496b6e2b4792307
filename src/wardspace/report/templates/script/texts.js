// Beginnings of the selected notes, on a page that was asked to hold them. Only ever as text, never as markup.
const PAGE = 20;
const texts = document.querySelector(".texts"), more = document.querySelector("[data-do=more]");
let textsShown = PAGE;

const tellTexts = (count = PAGE) => {
  if (!texts) return;
  textsShown = count;
  const { picked } = chosen, notes = [];
  for (let note = 0; picked && note < picked.flags.length; note++) if (picked.flags[note]) notes.push(note);
  texts.replaceChildren(...notes.slice(0, count).map((note) => {
    const item = document.createElement("li");
    item.append(element("p", said(picked.set, note).join(", "), { class: "small soft" }), element("p", data.texts[note], { class: "text" }));
    return item;
  }));
  more.hidden = notes.length <= count;
};
