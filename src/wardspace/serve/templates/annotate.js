"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const SIDES = "ABCDEFGHI";
  const STATES = { open: "not done yet", done: "done", skipped: "skipped" };
  let session = null, number = 0, note = null, items = [], label = null, current = null, picked = null, cursor = null;
  let past = [], regions = [], busy = false, changedHere = false;
  const drafts = new Map();

  // ---- the server
  const warn = (words) => { at("alert").hidden = !words; at("alert").textContent = words || ""; };
  const tell = (words) => { at("told").textContent = words; };
  const asked = async (path, body) => {
    const options = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    let response;
    try { response = await fetch(path, options); } catch { throw Error("The program does not answer. Start the same command again, and open its new address: what was saved is kept."); }
    if (response.status === 403) throw Error("The program was started anew: open the address that it printed.");
    const held = await response.json();
    if (!response.ok) throw Error(`Not saved: ${held.problem}.`);
    return held;
  };

  // ---- what is said of the note
  const isLabel = () => session.kind === "label";
  const overlap = (one, other) => one.start < other.end && other.start < one.end;
  const byPlace = (one, other) => one.start - other.start || one.end - other.end;
  const remember = () => { past.push(JSON.stringify({ items: items.map(({ element, ...kept }) => kept), label, place: items.indexOf(current) })); changedHere = true; };
  const undo = () => {
    if (!past.length) return;
    let place;
    ({ items, label, place } = JSON.parse(past.pop()));
    current = items[place] || null;
    leave();
    paint();
    tell("Undone");
  };
  const changed = (said, onward) => {
    items.sort(byPlace);
    paint();
    tell(said);
    if (onward) show(onward);
  };
  const own = (item) => Object.assign(item, { state: "own", by: null });
  const nextOpen = (after) => items.find((one) => one.state !== "own" && one.start >= after.start) || items.find((one) => one.state !== "own");
  const accept = () => {
    if (isLabel()) { if (note.suggestion) choose(note.suggestion.type); return; }
    if (!current || current.state === "own") return;
    remember();
    const taken = own(current);
    items = items.filter((one) => one === taken || !overlap(one, taken));
    changed(`Accepted: ${taken.type}`, nextOpen(taken) || taken);
  };
  const acceptAll = () => {
    if (isLabel()) { accept(); return; }
    if (session.adjudicates || !items.some((one) => one.state === "suggested")) return;
    remember();
    for (const item of items) own(item);
    changed("All accepted");
  };
  const remove = () => {
    if (!current) return;
    remember();
    const gone = current;
    items = items.filter((one) => one !== gone);
    current = items.find((one) => one.start >= gone.start) || items.at(-1) || null;
    changed(gone.state === "own" ? "Removed" : "Dismissed", current);
  };
  const mark = (type) => {
    remember();
    const made = own({ ...picked, type });
    items = items.filter((one) => !overlap(one, made));
    items.push(current = made);
    leave();
    changed(`Marked: ${type}`, made);
  };
  const retype = (type) => {
    if (current.type === type && current.state === "own") return;
    remember();
    own(Object.assign(current, { type }));
    items = items.filter((one) => one === current || !overlap(one, current));
    changed(`Type ${type}`, current);
  };
  const choose = (type) => { remember(); label = label === type ? null : type; paint(); tell(label ? `Label ${type}` : "No label"); };
  const typed = (type) => {
    if (!type) return;
    if (isLabel()) choose(type);
    else if (picked) mark(type);
    else if (current) retype(type);
  };
  const move = (bound, step) => {
    if (!current) return;
    const borders = note.borders, unit = note.places.unit(current[bound]);
    const from = borders.findIndex((one) => one >= unit), to = borders[from + (borders[from] > unit && step > 0 ? 0 : step)];
    if (to === undefined) return;
    const next = { ...current, [bound]: note.places.point(to) };
    if (next.start >= next.end || items.some((one) => one !== current && overlap(one, next))) return;
    remember();
    own(Object.assign(current, next));
    changed(words(current), current);
  };

  // ---- selecting
  const leave = () => { picked = cursor = null; getSelection().removeAllRanges(); panel(); };
  const pick = (units) => { picked = units && { start: note.places.point(units.start), end: note.places.point(units.end) }; panel(); };
  const whole = ({ start, end }) => ({
    start: note.borders.findLast((one) => one <= start), end: note.borders.find((one) => one >= end),
  });
  const unitsOfSelection = () => {
    const selection = getSelection(), text = at("text");
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = (node, offset) => { const up = document.createRange(); up.setStart(text, 0); up.setEnd(node, offset); return up.toString().length; };
    const found = noteText.stripped(note.text, before(range.startContainer, range.startOffset), before(range.endContainer, range.endOffset));
    return found && whole(found);
  };
  const pointAt = (unit, isEnd) => {
    for (const piece of at("text").children) {
      const start = Number(piece.dataset.at), length = piece.firstChild.length;
      if (unit < start + length || (isEnd && unit === start + length)) return [piece.firstChild, unit - start];
    }
    return null;
  };
  const walk = (key, more) => {
    const last = note.segments.length - 1, line = (one) => note.shown.slice(0, note.segments[one].start).split("\n").length;
    const forward = note.rightToLeft ? "ArrowLeft" : "ArrowRight", backward = note.rightToLeft ? "ArrowRight" : "ArrowLeft";
    let to = cursor.to;
    if (key === forward) to += 1;
    else if (key === backward) to -= 1;
    else { const step = key === "ArrowDown" ? 1 : -1, from = line(to); do to += step; while (to > 0 && to < last && line(to) === from); }
    to = Math.max(0, Math.min(last, to));
    cursor = { from: more ? cursor.from : to, to };
    chooseWords();
  };
  const begin = () => {
    if (isLabel() || !note.segments.length) return;
    const from = current ? note.places.unit(current.end) : 0;
    const word = Math.max(0, note.segments.findIndex((one) => one.start >= from));
    cursor = { from: word, to: word };
    if (document.activeElement) document.activeElement.blur();
    chooseWords();
  };
  const chooseWords = () => {
    const [first, last] = [Math.min(cursor.from, cursor.to), Math.max(cursor.from, cursor.to)];
    const { start } = note.segments[first], { end } = note.segments[last];
    getSelection().setBaseAndExtent(...pointAt(start, false), ...pointAt(end, true));
    pointAt(start, false)[0].parentElement.scrollIntoView({ block: "nearest" });
    pick({ start, end });
    tell(note.text.slice(start, end));
  };

  // ---- painting
  const words = (span) => note.text.slice(note.places.unit(span.start), note.places.unit(span.end));
  const tone = (type) => `t${Math.max(0, session.types.indexOf(type)) % 8}`;
  const sign = (item) => item.state === "own" ? "" : item.state === "side" ? ` ${item.by}` : ` ${item.confidence.toFixed(2)}?`;
  const source = (item) => item.state === "own" ? `${item.type}, marked`
    : item.state === "side" ? `${item.type}, said by ${item.by} alone` : `${item.type}, suggested with confidence ${item.confidence.toFixed(2)}`;
  const piece = (kind, start, end) => {
    const made = document.createElement(kind);
    made.dataset.at = start;
    made.textContent = note.shown.slice(start, end);
    return made;
  };
  const grouped = () => {
    const found = [];
    for (const item of items) {
      const last = found.at(-1);
      if (last && last.end > item.start) { last.end = Math.max(last.end, item.end); last.items.push(item); }
      else found.push({ start: item.start, end: item.end, items: [item] });
    }
    return found;
  };
  const paint = () => {
    const pieces = [];
    let end = 0;
    regions = isLabel() ? [] : grouped();
    for (const region of regions) {
      const [from, to] = [note.places.unit(region.start), note.places.unit(region.end)], [first] = region.items;
      if (from > end) pieces.push(piece("span", end, from));
      const made = piece("mark", from, to), disputed = region.items.length > 1;
      made.className = disputed ? "disputed" : `${first.state === "side" ? "disputed" : first.state} ${tone(first.type)}`;
      made.tabIndex = 0;
      made.setAttribute("role", "button");
      made.setAttribute("aria-label", region.items.map((one) => `${words(one)}: ${source(one)}`).join("; "));
      made.dataset.tag = disputed ? region.items.map((one) => `${one.type}${sign(one)}`).join(" / ") : `${first.type}${sign(first)}`;
      made.dataset.sign = "";
      made.addEventListener("focus", () => { if (!region.items.includes(current)) { current = first; picked = cursor = null; panel(); } });
      for (const item of region.items) item.element = made;
      pieces.push(made);
      end = to;
    }
    if (end < note.shown.length) pieces.push(piece("span", end, note.shown.length));
    at("text").replaceChildren(...pieces);
    panel();
  };
  // what is painted anew keeps the focus
  const refill = (holder, children) => {
    const place = [...holder.querySelectorAll("button")].indexOf(document.activeElement);
    holder.replaceChildren(...children);
    const again = holder.querySelectorAll("button")[place];
    if (again) again.focus({ preventScroll: true });
  };
  const small = (words) => { const made = document.createElement("small"); made.textContent = words; return made; };
  const typeButton = (type, place) => {
    const made = document.createElement("button"), key = document.createElement("kbd"), name = document.createElement("span");
    const suggested = isLabel() && note && note.suggestion && note.suggestion.type === type;
    const voters = isLabel() && note ? note.sides.map((side, i) => side === type ? SIDES[i] : "").filter(Boolean).join(", ") : "";
    const count = isLabel() ? 0 : items.filter((one) => one.type === type && one.state === "own").length;
    made.className = tone(type);
    key.textContent = place < 9 ? place + 1 : "";
    name.textContent = type;
    made.append(key, name, small(suggested ? `suggested, ${note.suggestion.confidence.toFixed(2)}` : voters || count || ""));
    if (place < 9) made.setAttribute("aria-keyshortcuts", place + 1);
    made.setAttribute("aria-pressed", isLabel() ? label === type : Boolean(!picked && current && current.type === type && current.state === "own"));
    made.disabled = !isLabel() && !picked && !current;
    // the selection in the note must outlive the click
    made.addEventListener("mousedown", (event) => event.preventDefault());
    made.addEventListener("click", () => typed(type));
    return made;
  };
  const listEntry = (item) => {
    const made = document.createElement("li"), button = document.createElement("button"), name = document.createElement("b");
    name.textContent = words(item);
    button.className = `${tone(item.type)} ${item.state === "own" ? "" : "open"}`;
    button.append(name, small(`${item.type}${sign(item)}`));
    button.setAttribute("aria-current", item === current && !picked);
    button.addEventListener("click", () => show(item));
    made.append(button);
    return made;
  };
  const panel = () => {
    if (!note) return;
    for (const region of regions) for (const item of region.items) item.element.classList.toggle("current", region.items.includes(current) && !picked);
    const shown = picked || current;
    at("types-title").textContent = isLabel() ? "Label" : picked ? "Mark as" : current ? "Span" : "Types";
    at("words").hidden = isLabel() || !shown;
    at("words").textContent = !isLabel() && shown ? words(shown) : "";
    at("source").textContent = isLabel() || picked || !current ? "" : source(current);
    at("source").hidden = !at("source").textContent;
    refill(at("types"), session.types.map(typeButton));
    at("bounds").hidden = isLabel() || Boolean(picked) || !current || current.state === "side";
    const suggestions = items.filter((one) => one.state === "suggested").length;
    at("accept").disabled = isLabel() ? !note.suggestion : Boolean(picked) || !current || current.state === "own";
    at("remove").hidden = isLabel();
    at("remove").disabled = Boolean(picked) || !current;
    at("remove-word").textContent = current && current.state !== "own" ? "Dismiss" : "Remove";
    at("all").hidden = isLabel() || session.adjudicates;
    at("all").disabled = !suggestions;
    at("undo").disabled = !past.length;
    at("list-section").hidden = isLabel() || !items.length;
    refill(at("list"), isLabel() ? [] : items.map(listEntry));
    const left = items.filter((one) => one.state !== "own").length;
    at("done-word").textContent = left ? `Save without ${left} open` : "Save and next";
    at("done").disabled = isLabel() && label === null;
  };
  const show = (item) => {
    current = item;
    picked = cursor = null;
    panel();
    if (item.element && item.element.isConnected) { item.element.focus({ preventScroll: true }); item.element.scrollIntoView({ block: "nearest" }); }
  };
  const step = (by) => { if (items.length) show(items[(items.indexOf(current) + by + items.length) % items.length]); };
  const progress = (states) => {
    session.states = states;
    const done = states.filter((one) => one === "done").length, skipped = states.filter((one) => one === "skipped").length;
    at("bar").max = states.length;
    at("bar").value = done + skipped;
    at("count").textContent = `${done} of ${states.length} done${skipped ? `, ${skipped} skipped` : ""}`;
  };

  // ---- notes
  const spansOf = ({ answer, suggestion, sides }) => {
    if (answer) return answer.map((one) => own({ ...one }));
    if (!sides.length) return (suggestion || []).map((one) => ({ ...one, state: "suggested" }));
    const found = new Map();
    sides.forEach((side, i) => side.forEach((one) => {
      const key = JSON.stringify([one.start, one.end, one.type]);
      found.set(key, { ...one, by: (found.has(key) ? found.get(key).by : "") + SIDES[i] });
    }));
    return [...found.values()].map((one) => one.by.length === sides.length ? own(one) : { ...one, state: "side" }).sort(byPlace);
  };
  const keep = () => {
    if (!note) return;
    const seconds = note.seconds + (performance.now() - note.since) / 1000;
    drafts.set(number, { items, label, past, seconds, changedHere });
  };
  const open = async (wanted) => {
    if (wanted < 0 || wanted >= session.states.length) return;
    const held = await asked(`/notes/${wanted}`);
    keep();
    const { text } = held, draft = drafts.get(wanted);
    number = wanted;
    note = {
      text, suggestion: held.suggestion, sides: held.sides, shown: noteText.shown(text), places: noteText.places(text),
      segments: noteText.segments(text), borders: noteText.borders(text),
      rightToLeft: /^[^\p{L}]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(text),
      since: performance.now(), seconds: draft ? draft.seconds : 0,
    };
    if (draft && draft.changedHere) ({ items, label, past, changedHere } = draft);
    else { items = isLabel() ? [] : spansOf(held); label = isLabel() ? held.answer : null; past = []; changedHere = false; }
    current = items.find((one) => one.state !== "own") || null;
    picked = cursor = null;
    getSelection().removeAllRanges();
    at("title").textContent = `Note ${wanted + 1} of ${session.states.length} · ${held.note_id}`;
    const state = session.states[wanted];
    at("state").textContent = STATES[state];
    at("state").classList.toggle("done", state === "done");
    at("previous").disabled = wanted === 0;
    at("next").disabled = wanted === session.states.length - 1;
    paint();
    scrollTo(0, 0);
    at("title").focus({ preventScroll: true });
  };
  const save = async (value) => {
    const seconds = note.seconds + (performance.now() - note.since) / 1000;
    const { states } = await asked(`/notes/${number}`, { value, seconds });
    warn("");
    drafts.delete(number);
    changedHere = false;
    note = null;
    progress(states);
    const left = (from) => states.findIndex((state, i) => i >= from && state === "open");
    const next = left(number + 1) >= 0 ? left(number + 1) : left(0);
    if (next >= 0) { await open(next); return; }
    await open(number);
    tell("All notes are done");
    at("count").textContent = `all ${states.length} done: Ctrl-C in the terminal ends the work`;
  };
  // a key pressed for the next note must not change this one
  const busily = (work) => async () => {
    if (busy || !note) return;
    busy = true;
    const before = note;
    try { await work(); } catch (error) { note = note || before; warn(error.message); } finally { busy = false; }
  };
  const finish = busily(() => {
    if (isLabel()) return label === null ? undefined : save(label);
    return save(items.filter((one) => one.state === "own").map(({ start, end, type }) => ({ start, end, type })));
  });
  const skip = busily(() => save(null));
  const turn = (by) => busily(() => open(number + by))();

  // ---- hands
  at("text").addEventListener("click", (event) => {
    const region = regions.find((one) => one.items[0].element === event.target);
    if (region && getSelection().isCollapsed) show(region.items.includes(current) ? current : region.items[0]);
  });
  document.addEventListener("selectionchange", () => {
    if (!note || cursor || isLabel()) return;
    const units = unitsOfSelection();
    if (units) pick(units);
    else if (picked && getSelection().rangeCount && at("text").contains(getSelection().anchorNode)) pick(null);
  });
  const presses = { accept, all: acceptAll, remove, undo, done: finish, skip, next: () => turn(1), previous: () => turn(-1) };
  for (const [id, does] of Object.entries(presses)) at(id).addEventListener("click", () => does());
  for (const button of document.querySelectorAll("[data-bound]"))
    button.addEventListener("click", () => move(button.dataset.bound, Number(button.dataset.step)));
  addEventListener("beforeunload", (event) => {
    if (changedHere || [...drafts.values()].some((one) => one.changedHere)) event.preventDefault();
  });

  // ---- keys
  const KEYS = {
    a: accept, A: acceptAll, x: remove, u: undo, d: finish, s: skip, m: begin,
    j: () => step(1), k: () => step(-1), n: () => turn(1), b: () => turn(-1),
    q: () => move("start", -1), w: () => move("start", 1), o: () => move("end", -1), p: () => move("end", 1),
    "?": () => document.querySelector("aside > details").toggleAttribute("open"),
  };
  const doesOf = (key, target, more) => {
    if (key === "Escape" && picked) return leave;
    if (target.matches("select, input")) return null;
    if (cursor && key.startsWith("Arrow")) return () => walk(key, more);
    if ((key === "Delete" || key === "Backspace") && current && !picked) return remove;
    if (!at("letters").checked) return null;
    if (/^[1-9]$/.test(key)) return () => typed(session.types[Number(key) - 1]);
    if (Object.hasOwn(KEYS, key)) return KEYS[key];
    return Object.hasOwn(KEYS, key.toLowerCase()) ? KEYS[key.toLowerCase()] : null;
  };
  document.addEventListener("keydown", (event) => {
    if (!note || busy || event.ctrlKey || event.metaKey || event.altKey) return;
    const does = doesOf(event.key, event.target, event.shiftKey);
    if (!does) return;
    event.preventDefault();
    does();
  });

  (async () => {
    session = await asked("/session");
    const { column, annotator, adjudicates, states } = session;
    at("heading").textContent = adjudicates ? `Adjudicate ${column}` : `Annotate ${column}`;
    document.title = `${at("heading").textContent} · ${annotator}`;
    at("hint").textContent = isLabel() ? "Choose one with a number key or a click." : "Select words in the note, or press M and move with the arrows; then a number key, or a type.";
    at("types").classList.toggle("wide", isLabel());
    for (const one of document.querySelectorAll(".of-spans")) one.hidden = isLabel();
    progress(states);
    await open(Math.max(0, states.indexOf("open")));
  })().catch((error) => { at("title").textContent = "Nothing to show"; warn(error.message); });
})();
