// The author's file with line numbers; a line can be gone to, and goes to its place in the views.

import { make } from "./dom.js";

// Letters and digits alone, of what a reader sees: no addresses of links, defaults for merge fields.
const letters = (text) => text.toLowerCase()
  .replace(/\{\{[^}]*?default:\s*["']([^"']*)["']\s*\}\}/g, "$1").replace(/\{\{[^}]*\}\}/g, "")
  .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[^\p{L}\p{N}]+/gu, "");
const FEWEST = 6, MOST = 24;

export class Source {
  constructor(root, { onLine }) {
    this.root = root;
    this.line = 1;
    this.column = 1;
    this.text = null;
    this.list = make("ol", { class: "lines" });
    root.append(this.list);
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("li");
      if (!row || String(getSelection())) return;
      this.select(Number(row.dataset.line), 1);
      onLine(this.line);
    });
    root.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.select(Math.min(this.rows.length, Math.max(1, this.line + step)), 1);
      this.rows[this.line - 1].scrollIntoView({ block: "nearest" });
      onLine(this.line);
    });
  }

  render(state) {
    if (state.source !== this.text) this.fill(state.source);
    const marks = new Map();
    const rank = { error: 3, warning: 2, note: 1 };
    for (const { is_here: isHere, line, severity, message } of state.findings ?? []) {
      if (!isHere) continue;
      const old = marks.get(line);
      if (!old || rank[severity] > rank[old.severity]) marks.set(line, { severity, message });
    }
    if (state.error?.is_here && state.error.line) marks.set(state.error.line, { severity: "error", message: state.error.message });
    for (const row of this.rows) {
      const mark = marks.get(Number(row.dataset.line));
      row.classList.remove("error", "warning", "note");
      if (mark) row.classList.add(mark.severity);
      row.title = mark?.message ?? "";
    }
  }

  fill(text) {
    const top = this.root.scrollTop;
    this.text = text;
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    this.letters = lines.map(letters);
    const kinds = kindsOf(lines);
    this.rows = lines.map((line, at) => make("li", { "data-line": at + 1, class: kinds[at] },
      make("span", { class: "no", "aria-hidden": "true" }, String(at + 1)), make("code", { dir: "auto" }, line || " ")));
    this.list.replaceChildren(...this.rows);
    this.select(Math.min(this.line, lines.length), this.column);
    this.root.scrollTop = top;
  }

  select(line, column) {
    this.line = line;
    this.column = column || 1;
    this.rows.forEach((row, at) => row.toggleAttribute("aria-current", at + 1 === line));
  }

  goTo(line, column) {
    this.select(line, column);
    const row = this.rows[line - 1];
    if (!row) return;
    const room = this.root.clientHeight * 0.3;
    this.root.scrollTop = row.offsetTop - room;
    row.classList.remove("flash");
    void row.offsetWidth; // starts the animation again
    row.classList.add("flash");
  }

  // The letters that a line begins with.
  lettersOf(line) {
    return this.letters[line - 1]?.slice(0, MOST) ?? "";
  }

  // The line that says `text`; 0 where none does.
  lineOf(text) {
    const all = letters(text ?? "");
    for (let begin = 0; begin < all.length; begin += MOST) {
      const wanted = all.slice(begin, begin + MOST);
      if (wanted.length < FEWEST) continue;
      const whole = this.letters.findIndex((line) => line.includes(wanted));
      if (whole >= 0) return whole + 1;
      const begun = this.letters.findIndex((line) => line.length >= FEWEST && wanted.startsWith(line.slice(0, MOST)));
      if (begun >= 0) return begun + 1;
    }
    return 0;
  }
}

// What each line is, for its colour: c-matter, c-heading, c-code, c-comment, c-quote.
function kindsOf(lines) {
  let isMatter = lines[0]?.trim() === "---", fence = "", isComment = false;
  return lines.map((line, at) => {
    if (isMatter) {
      if (at > 0 && line.trim() === "---") isMatter = false;
      return "c-matter";
    }
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence) {
      if (mark?.startsWith(fence)) fence = "";
      return "c-code";
    }
    if (mark) { fence = mark; return "c-code"; }
    if (!isComment && line.includes("<!--")) isComment = true;
    if (isComment) {
      if (line.includes("-->")) isComment = false;
      return "c-comment";
    }
    if (/^#{1,6}\s/.test(line)) return "c-heading";
    if (/^\s*>/.test(line)) return "c-quote";
    return /^:{3,}|^---+$/.test(line) ? "c-matter" : "";
  });
}
