"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const SIGNS = { unjudged: "?", accepted: "✓", corrected: "✎", rejected: "✗", missed: "+" };
  const SAID = { unjudged: "not judged", accepted: "accepted", corrected: "corrected", rejected: "a false alarm", missed: "missed" };
  let done = [], number = 0, note = null, spans = [], current = null, picked = null, cursor = null, saving = Promise.resolve(), busy = false;

  // ---- the server
  const warn = (words) => { at("alert").hidden = !words; at("alert").textContent = words || ""; };
  const tell = (words) => { at("told").textContent = words; };
  const asked = async (path, body) => {
    const options = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    let response;
    try { response = await fetch(path, options); } catch { throw Error("The program does not answer. Start the same command again, and open its new address."); }
    if (response.status === 403) throw Error("The program was started anew: open the address that it printed.");
    const held = await response.json();
    if (!response.ok) throw Error(`Not saved: ${held.problem}.`);
    return held;
  };
  const save = (isDone) => {
    const body = { done: isDone, spans: spans.map(({ verdict, found, start, end, type }) => ({ verdict, found, start, end, type })) };
    const path = `/notes/${number}`, of = note;
    const saved = saving.then(async () => {
      try { progress(await asked(path, body)); } catch (error) {
        warn(error.message);
        if (note === of) await open(number, true).catch(() => {});
        return false;
      }
      warn("");
      if (note === of) { note.done = isDone; state(); }
      return true;
    });
    saving = saved;
    return saved;
  };

  // ---- what is said of a span
  const sameAsFound = (span) => { const f = note.findings[span.found]; return f.start === span.start && f.end === span.end && f.type === span.type; };
  const settle = (span) => { if (span.found !== null) span.verdict = sameAsFound(span) ? "accepted" : "corrected"; };
  const judge = (verdict) => {
    if (!current) return;
    if (current.found === null) {
      if (verdict === "rejected") { spans = spans.filter((span) => span !== current); current = null; changed("Removed"); }
      return;
    }
    const { start, end, type } = note.findings[current.found];
    const again = current.verdict === verdict;
    Object.assign(current, { start, end, type, verdict: again && !note.done ? "unjudged" : verdict });
    const judged = current;
    if (!again) current = spans.find((span) => span.verdict === "unjudged" && span.start > judged.start) || spans.find((span) => span.verdict === "unjudged") || judged;
    changed(SAID[judged.verdict], current !== judged);
  };
  const retype = (type) => { if (current && current.type !== type) { current.type = type; settle(current); changed(`Type ${type}`); } };
  const move = (bound, step) => {
    if (!current) return;
    const next = { ...current, [bound]: current[bound] + step };
    const free = !spans.some((span) => span !== current && span.start < next.end && next.start < span.end);
    if (next.start < 0 || next.end > note.length || next.start >= next.end || !free) return;
    Object.assign(current, next);
    settle(current);
    changed(words(current));
  };
  const changed = (said, onward = true) => {
    spans.sort((one, other) => one.start - other.start);
    paint();
    tell(said);
    save(note.done);
    if (onward && current) show(current);
  };

  // ---- something missed
  const touched = () => spans.filter((span) => span.start < picked.end && picked.start < span.end);
  const mark = () => {
    if (!picked) return;
    const hit = touched(), type = at("picked-type").value;
    if (hit.length > 1) { warn("This touches two redactions: change their bounds one by one."); return; }
    if (hit.length) { Object.assign(current = hit[0], picked); settle(current); }
    else spans.push(current = { verdict: "missed", found: null, ...picked, type });
    leave();
    changed(`${SAID[current.verdict]}: ${current.type}`);
  };
  const leave = () => { picked = cursor = null; getSelection().removeAllRanges(); panel(); };
  const pick = (units) => {
    picked = units && { start: note.places.point(units.start), end: note.places.point(units.end) };
    panel();
  };
  const unitsOfSelection = () => {
    const selection = getSelection(), text = at("text");
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = (node, offset) => { const up = document.createRange(); up.setStart(text, 0); up.setEnd(node, offset); return up.toString().length; };
    return noteText.trimmed(note.text, before(range.startContainer, range.startOffset), before(range.endContainer, range.endOffset));
  };
  const pointAt = (unit, isEnd) => {
    for (const piece of at("text").children) {
      const start = Number(piece.dataset.at), length = piece.firstChild.length;
      if (unit < start + length || (isEnd && unit === start + length)) return [piece.firstChild, unit - start];
    }
    return null;
  };
  const walk = (key, more) => {
    const last = note.words.length - 1, line = (word) => note.text.slice(0, note.words[word].start).split("\n").length;
    let to = cursor.to;
    if (key === "ArrowRight") to += 1;
    else if (key === "ArrowLeft") to -= 1;
    else { const step = key === "ArrowDown" ? 1 : -1, from = line(to); do to += step; while (to > 0 && to < last && line(to) === from); }
    to = Math.max(0, Math.min(last, to));
    cursor = { from: more ? Math.min(cursor.from, to) : to, to };
    chooseWords();
  };
  const begin = () => {
    if (!note.words.length) return;
    const from = current ? note.places.unit(current.end) : 0;
    const word = Math.max(0, note.words.findIndex((one) => one.start >= from));
    cursor = { from: word, to: word };
    if (document.activeElement) document.activeElement.blur();
    chooseWords();
  };
  const chooseWords = () => {
    const { start } = note.words[cursor.from], { end } = note.words[cursor.to];
    getSelection().setBaseAndExtent(...pointAt(start, false), ...pointAt(end, true));
    pointAt(start, false)[0].parentElement.scrollIntoView({ block: "nearest" });
    pick({ start, end });
    tell(note.text.slice(start, end));
  };

  // ---- painting
  const words = (span) => note.text.slice(note.places.unit(span.start), note.places.unit(span.end));
  const source = (span) => {
    if (span.found === null) return "You marked it: no detector did.";
    const { detector, also, score, type } = note.findings[span.found];
    return `${type}, found by ${[detector, ...also].join(", ")}, score ${score.toFixed(2)}; ${SAID[span.verdict]}`;
  };
  const piece = (kind, start, end) => {
    const made = document.createElement(kind);
    made.dataset.at = start;
    made.textContent = note.shown.slice(start, end);
    return made;
  };
  const paint = () => {
    const pieces = [];
    const kept = spans.filter((span) => span.verdict !== "rejected" || !spans.some((other) => other !== span && other.start < span.end && span.start < other.end));
    let end = 0;
    for (const span of kept) {
      const [from, to] = [note.places.unit(span.start), note.places.unit(span.end)];
      if (from > end) pieces.push(piece("span", end, from));
      const made = piece("mark", from, to);
      made.className = span.verdict;
      made.tabIndex = 0;
      made.setAttribute("role", "button");
      made.setAttribute("aria-label", `${words(span)}: ${source(span)}`);
      Object.assign(made.dataset, { tag: span.type, sign: SIGNS[span.verdict] });
      made.title = source(span);
      made.addEventListener("focus", () => { if (current !== span) { current = span; picked = cursor = null; panel(); } });
      span.element = made;
      pieces.push(made);
      end = to;
    }
    if (end < note.shown.length) pieces.push(piece("span", end, note.shown.length));
    at("text").replaceChildren(...pieces);
    panel();
  };
  const panel = () => {
    for (const span of spans) if (span.element) span.element.classList.toggle("current", span === current && !picked);
    at("picked").hidden = !picked;
    at("redaction").hidden = Boolean(picked) || !current;
    at("nothing").hidden = Boolean(picked) || Boolean(spans.length);
    at("one-title").textContent = picked ? "Selected" : "Redaction";
    if (picked) {
      at("picked-words").textContent = words(picked);
      at("mark-word").textContent = touched().length ? "Set bounds" : "Mark missed";
      at("picked-field").hidden = touched().length > 0;
    } else if (current) {
      at("words").textContent = words(current);
      at("source").textContent = source(current);
      at("type").value = current.type;
      at("accept").hidden = current.found === null;
      at("reject-word").textContent = current.found === null ? "Remove" : "Reject";
      at("accept").setAttribute("aria-pressed", current.verdict === "accepted");
      at("reject").setAttribute("aria-pressed", current.verdict === "rejected");
    }
  };
  const show = (span) => { current = span; panel(); if (span.element) { span.element.focus({ preventScroll: true }); span.element.scrollIntoView({ block: "nearest" }); } };
  const step = (by) => {
    const marks = spans.filter((span) => span.element && span.element.isConnected);
    if (marks.length) show(marks[(marks.indexOf(current) + by + marks.length) % marks.length]);
  };
  const state = () => {
    at("state").textContent = note.done ? "done" : "not done yet";
    at("state").classList.toggle("done", note.done);
    at("done-word").textContent = note.done ? "Next" : spans.some((span) => span.verdict === "unjudged") ? "Done, accept the rest" : "Done";
    at("previous").disabled = number === 0;
    at("next").disabled = number === done.length - 1;
  };
  const percent = (share) => `${(100 * share).toFixed(1)}%`;
  const ends = (share) => share.low === null ? "" : `${(100 * share.low).toFixed(1)} to ${percent(share.high)}`;
  const cell = (share) => {
    const made = document.createElement("td"), small = document.createElement("span");
    if (!share) { made.textContent = "–"; return made; }
    small.textContent = ends(share);
    made.append(`${percent(share.value)} (${share.hits}/${share.total})`, small);
    return made;
  };
  const progress = (held) => {
    done = held.done;
    const count = done.filter(Boolean).length, { leaks, types } = held.estimate;
    at("bar").max = done.length;
    at("bar").value = count;
    at("count").textContent = `${count} of ${done.length} done`;
    at("leaks").replaceChildren();
    if (leaks) {
      const small = document.createElement("small");
      small.textContent = ` ${ends(leaks)}`;
      at("leaks").append(percent(leaks.value), small);
    }
    at("leaks-words").textContent = leaks
      ? `${leaks.hits} of ${leaks.total} notes, each of another patient, had an identifier missed; exact 95% interval (Clopper-Pearson).`
      : "Nothing can be said before the first note is done.";
    at("types").replaceChildren(...(leaks ? types : []).map((row) => {
      const made = document.createElement("tr"), head = document.createElement("th");
      head.scope = "row";
      head.textContent = row.type;
      made.append(head, cell(row.recall), cell(row.precision));
      return made;
    }));
  };

  // ---- notes
  const open = async (wanted, quietly = false) => {
    if (wanted < 0 || wanted >= done.length) return;
    const held = await asked(`/notes/${wanted}`);
    number = wanted;
    const { text, findings, answer } = held;
    note = { text, findings, done: Boolean(answer && answer.done), shown: noteText.shown(text), places: noteText.places(text), words: noteText.words(text), length: [...text].length };
    spans = answer ? answer.spans : findings.map(({ start, end, type }, found) => ({ verdict: "unjudged", found, start, end, type }));
    current = spans.find((span) => span.verdict === "unjudged") || spans[0] || null;
    picked = cursor = null;
    getSelection().removeAllRanges();
    at("title").textContent = `Note ${wanted + 1} of ${done.length} · ${held.note_id}`;
    paint();
    state();
    if (quietly) return;
    scrollTo(0, 0);
    at("title").focus({ preventScroll: true });
  };
  // a key pressed for the next note must not judge this one
  const busily = (work) => async () => { busy = true; try { await work(); } catch (error) { warn(error.message); } finally { busy = false; } };
  const turn = (to) => busily(() => saving.then(() => open(to)))();
  const finish = busily(async () => {
    if (!note.done && !await save(true)) return;
    const left = (from) => done.findIndex((isDone, i) => i >= from && !isDone);
    const next = left(number + 1) >= 0 ? left(number + 1) : left(0);
    if (next >= 0) { await open(next); return; }
    await open(number);
    tell("All notes are done");
    at("count").textContent = `all ${done.length} done: Ctrl-C in the terminal ends the review`;
  });

  // ---- hands
  at("text").addEventListener("click", (event) => {
    const span = spans.find((one) => one.element === event.target);
    if (span && getSelection().isCollapsed) { picked = cursor = null; show(span); }
  });
  document.addEventListener("selectionchange", () => {
    if (!note || cursor) return;
    const units = unitsOfSelection();
    if (units) pick(units);
    else if (picked && getSelection().rangeCount && at("text").contains(getSelection().anchorNode)) pick(null);
  });
  at("accept").addEventListener("click", () => judge("accepted"));
  at("reject").addEventListener("click", () => judge("rejected"));
  at("type").addEventListener("change", () => retype(at("type").value));
  at("mark").addEventListener("click", mark);
  at("leave").addEventListener("click", leave);
  at("done").addEventListener("click", finish);
  at("next").addEventListener("click", () => turn(number + 1));
  at("previous").addEventListener("click", () => turn(number - 1));
  for (const button of document.querySelectorAll("[data-bound]"))
    button.addEventListener("click", () => move(button.dataset.bound, Number(button.dataset.step)));

  // ---- keys
  const KEYS = {
    a: () => judge("accepted"), r: () => judge("rejected"), j: () => step(1), k: () => step(-1), m: begin, d: finish,
    t: () => at(picked ? "picked-type" : "type").focus(), n: () => turn(number + 1), b: () => turn(number - 1),
    q: () => move("start", -1), w: () => move("start", 1), o: () => move("end", -1), p: () => move("end", 1),
    "?": () => document.querySelector("aside > details").toggleAttribute("open"),
  };
  document.addEventListener("keydown", (event) => {
    if (!note || busy || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, target } = event, inField = target.matches("select, input");
    let does = null;
    if (key === "Escape" && picked) does = leave;
    else if (key === "Enter" && target.id === "picked-type") does = mark;
    else if ((key === "Enter" || key === "Escape") && target.id === "type") does = () => current && show(current);
    else if (inField) return;
    else if (cursor && key.startsWith("Arrow")) does = () => walk(key, event.shiftKey);
    else if (picked && key === "Enter" && !target.matches("button, summary")) does = mark;
    else if (at("letters").checked && Object.hasOwn(KEYS, key.toLowerCase())) does = KEYS[key.toLowerCase()];
    if (!does) return;
    event.preventDefault();
    does();
  });

  (async () => {
    const held = await asked("/review");
    for (const id of ["type", "picked-type"]) at(id).replaceChildren(...held.types.map((type) => new Option(type, type)));
    progress(held);
    await open(Math.max(0, done.indexOf(false)));
  })().catch((error) => { at("title").textContent = "Nothing to show"; warn(error.message); });
})();
