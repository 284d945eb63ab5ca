// What the linter found: each leads to its line, and says why and what to do.

import { editorLink, make, plural } from "./dom.js";

const WORDS = { error: "Error", warning: "Warning", note: "Note" };
const ORDER = ["error", "warning", "note"];

export class Findings {
  constructor(root, { onFinding }) {
    this.root = root;
    this.onFinding = onFinding;
    this.at = -1;
    this.key = "";
  }

  render({ findings, error, file }) {
    const key = JSON.stringify([findings, Boolean(error)]);
    if (key === this.key) return;
    this.key = key;
    if (!findings) return this.root.replaceChildren(make("p", { class: "none" }, "Looking …"));
    if (!findings.length) return this.root.replaceChildren(nothing(file));
    const found = [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
    const open = new Set([...this.root.querySelectorAll("details[open]")].map((each) => each.dataset.key));
    const counts = ORDER.map((kind) => [kind, found.filter((each) => each.severity === kind).length]).filter(([, count]) => count);
    this.at = -1;
    this.cards = found.map((each, at) => this.card(each, at, open));
    return this.root.replaceChildren(
      make("p", { class: "counts" }, ...counts.map(([kind, count]) => make("span", { class: kind }, plural(count, WORDS[kind].toLowerCase())))),
      make("ul", { class: "cards" }, ...this.cards),
    );
  }

  card(finding, at, open) {
    const { severity, code, message, line, column, file, text, why, fix, is_here: isHere, editor } = finding;
    const key = `${code}:${message}`;
    const place = isHere ? `line ${line}` : `${file}:${line}`;
    return make("li", { class: `card ${severity}` },
      make("button", { type: "button", class: "what", onclick: () => this.choose(finding, at) },
        make("span", { class: "head" }, make("b", { class: severity }, WORDS[severity]), make("code", {}, code), make("span", { class: "place" }, place)),
        make("span", { class: "message" }, message),
        text && make("code", { class: "text" }, text)),
      (why || fix) && make("details", { "data-key": key, open: open.has(key) },
        make("summary", {}, "Why, and what to do"),
        why && make("p", {}, why),
        fix && make("p", { class: "fix" }, fix),
        editor && make("a", { class: "quiet", href: editorLink(editor, line, column) }, "Open in editor")));
  }

  choose(finding, at) {
    this.at = at;
    this.onFinding(finding);
  }

  step(by) {
    if (!this.cards?.length) return;
    const buttons = this.cards.map((card) => card.querySelector("button"));
    const focused = buttons.indexOf(document.activeElement);
    const now = focused < 0 ? this.at : focused; // the one that was gone to last
    const next = now < 0 ? (by > 0 ? 0 : buttons.length - 1) : (now + by + buttons.length) % buttons.length;
    this.at = next;
    buttons[next].focus();
    buttons[next].scrollIntoView({ block: "nearest" });
  }
}

const nothing = (file) => make("div", { class: "none" },
  make("p", { class: "big" }, "Nothing to mend."),
  make("p", {}, `The linter has no finding in ${file}.`));
