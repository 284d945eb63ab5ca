// The page: listens for news of the file, and hands each part what it shows.

import { editorLink, find, kilobytes, memory } from "./dom.js";
import { Board } from "./board.js";
import { Findings } from "./findings.js";
import { Inbox } from "./inbox.js";
import { Problem } from "./problem.js";
import { Reader } from "./reader.js";
import { Source } from "./source.js";

const AGAIN_MS = 3000;
let hasChosen = false;
let state = JSON.parse(find("#state").textContent);

const source = new Source(find("#source"), { onLine: (line) => board.goTo(line) });
const board = new Board(find("#board"), find("#views"), find("#address"), {
  onLine: (line) => show(line), lineOf: (text) => source.lineOf(text), lettersOf: (line) => source.lettersOf(line),
});
const findings = new Findings(find("#findings"), { onFinding: goTo });
const inbox = new Inbox(find("#inbox"));
const problem = new Problem(find("#error"), { onLine: (line, column) => show(line, column) });
const reader = new Reader(find("#reader"), find("#reader-button"));

function render(next) {
  state = next;
  document.title = `${next.message ? next.message.subject : next.file} · Preview`;
  find("#file").textContent = next.file;
  find("#file").title = next.path;
  board.render(next); // what is waited for comes first
  problem.render(next);
  source.render(next);
  findings.render(next);
  inbox.render(next);
  reader.render(next);
  renderCount(next);
  renderMeter(next);
  renderEditor();
  if (next.findings && !hasChosen) choose(next.findings.length ? "findings" : "source");
}

function renderCount({ findings: found }) {
  const worst = !found?.length ? "none" : found.some((each) => each.severity === "error") ? "error"
    : found.some((each) => each.severity === "warning") ? "warning" : "note";
  for (const count of [find("#count"), find("#unfold b")]) {
    count.textContent = found ? found.length : "…";
    count.className = worst;
  }
}

function renderMeter({ message }) {
  const meter = find("#meter");
  meter.hidden = !message;
  if (!message) return;
  const { html_bytes: bytes, warn_bytes: warn, clip_bytes: clip } = message;
  const level = bytes >= clip ? "over" : bytes >= warn ? "near" : "well";
  const advice = { well: "", near: ": close to it with tracked links", over: ": cut off there, the unsubscribe link too" };
  meter.className = `meter ${level}`;
  find("b", meter).style.width = `${Math.min(100, (100 * bytes) / clip)}%`;
  find(".warn", meter).style.left = `${(100 * warn) / clip}%`;
  find("p", meter).textContent = `${kilobytes(bytes)} of ${kilobytes(clip).replace(".0", "")}`;
  const words = `${bytes.toLocaleString("en")} bytes of HTML. Gmail clips at about ${clip.toLocaleString("en")}${advice[level]}.`;
  meter.title = words;
  meter.setAttribute("aria-label", words);
}

function renderEditor() {
  const link = find("#editor");
  link.hidden = !state.editor;
  if (state.editor) link.href = editorLink(state.editor, source.line, source.column);
}

function show(line, column) {
  const isFromFindings = find("#findings").contains(document.activeElement);
  openPanel(true);
  choose("source");
  source.goTo(line, column);
  if (isFromFindings) find("#source").focus({ preventScroll: true });
  renderEditor();
}

function goTo(finding) {
  if (!finding.is_here) {
    if (finding.editor) location.href = editorLink(finding.editor, finding.line, finding.column);
    return;
  }
  show(finding.line, finding.column);
  board.goTo(finding.line);
}

// --- the panel ---

function choose(name) {
  hasChosen = true;
  for (const one of ["findings", "source"]) {
    const is = one === name;
    find(`#${one}`).hidden = !is;
    const tab = find(`#tab-${one}`);
    tab.setAttribute("aria-selected", is);
    tab.tabIndex = is ? 0 : -1;
  }
}

// Where the panel lies over the views: it begins closed, whatever was chosen on a wider screen.
const isNarrow = () => matchMedia("(max-width: 1099px)").matches;

function openPanel(is) {
  document.body.classList.toggle("no-panel", !is);
  find("#unfold").hidden = is;
  if (!isNarrow()) memory.set("panel", is);
  board.fit();
}
const isPanelOpen = () => !document.body.classList.contains("no-panel");

for (const one of ["findings", "source"]) {
  const tab = find(`#tab-${one}`);
  tab.onclick = () => choose(one);
  tab.onkeydown = (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const other = one === "findings" ? "source" : "findings";
    choose(other);
    find(`#tab-${other}`).focus();
  };
}
find("#fold").onclick = () => openPanel(false);
find("#unfold").onclick = () => openPanel(true);

// --- the keyboard ---

const KEYS = {
  p: () => openPanel(!isPanelOpen()),
  f: () => { openPanel(true); choose("findings"); },
  s: () => { openPanel(true); choose("source"); },
  i: () => inbox.toggle(),
  l: () => board.link(),
  r: () => reader.open(),
  j: () => { openPanel(true); choose("findings"); findings.step(1); },
  k: () => { openPanel(true); choose("findings"); findings.step(-1); },
  "?": () => find("#help").showModal(),
};

export function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
  if (event.target.closest?.("input, textarea, select")) return;
  const digit = /^Digit([0-9])$/.exec(event.code)?.[1] ?? (/^[0-9]$/.test(event.key) ? event.key : null);
  if (digit != null) {
    if (event.shiftKey) board.toggle(Number(digit));
    else board.only(Number(digit));
  } else if (KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
}
document.addEventListener("keydown", onKey);
find("#help-button").onclick = () => find("#help").showModal();

// --- news ---

function status(kind, words) {
  find("#status").className = `status ${kind}`;
  find("#status span").textContent = words;
}

// A page that nobody sees listens to nothing: browsers open six connections to a server, not more.
let news = null;

function listen() {
  news?.close();
  if (document.hidden) return;
  news = new EventSource("events");
  news.addEventListener("state", (event) => {
    const next = JSON.parse(event.data);
    if (next.run !== state.run) { location.reload(); return; } // another preview, with revisions of its own
    render(next);
    status(state.error ? "bad" : "live", state.error ? "Does not compile" : `Live · ${Math.max(1, Math.round(state.took_ms))} ms`);
  });
  news.onerror = () => {
    status("away", "Stopped · waits for its command");
    if (news.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS); // something else answers there
  };
}
document.addEventListener("visibilitychange", listen);

openPanel(!isNarrow() && memory.get("panel", true));
render(state);
listen();
