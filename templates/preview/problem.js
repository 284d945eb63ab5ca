// Why the file does not compile, over the last version that did.

import { editorLink, make } from "./dom.js";

export class Problem {
  constructor(root, { onLine }) {
    this.root = root;
    this.onLine = onLine;
  }

  render({ error, message, source: here }) {
    this.root.hidden = !error;
    document.body.classList.toggle("is-broken", Boolean(error));
    document.body.classList.toggle("is-empty", !message);
    if (!error) return;
    const { line, column, file, is_here: isHere, editor } = error;
    const source = isHere ? here : error.source;
    const place = [file, line, column].filter(Boolean).join(":");
    this.root.replaceChildren(
      make("p", { class: "kicker" }, message ? "Does not compile · below is the last version that did" : "Does not compile"),
      make("h2", {}, error.message),
      line && source ? excerpt(source, line, column) : "",
      make("p", { class: "links" },
        isHere && line ? make("button", { type: "button", class: "pill", onclick: () => this.onLine(line, column) }, `Go to line ${line}`) : "",
        editor && line ? make("a", { class: "quiet", href: editorLink(editor, line, column) }, "Open in editor") : "",
        make("span", { class: "place" }, place)));
  }
}

function excerpt(source, line, column) {
  const lines = source.split("\n");
  const first = Math.max(1, line - 2), last = Math.min(lines.length, line + 1);
  const rows = [];
  for (let at = first; at <= last; at++) {
    const text = lines[at - 1] ?? "";
    const code = make("code", {});
    if (at === line && column && column <= text.length) {
      const end = column + Math.max(1, /^(?:\{\{.*?\}\}|[\p{L}\p{N}_{}!-]*)/u.exec(text.slice(column - 1))[0].length) - 1;
      code.append(text.slice(0, column - 1), make("mark", {}, text.slice(column - 1, end)), text.slice(end));
    } else code.append(text || " ");
    rows.push(make("li", { class: at === line ? "here" : "" }, make("span", { class: "no" }, String(at)), code));
  }
  return make("ol", { class: "lines" }, ...rows);
}
