// One view in a frame: rewritten without a flicker, measured, and pointed at from outside.
// No script runs in a frame; what happens on the glass before it is ours.

import { make } from "./dom.js";
import { become } from "./become.js";

export class Frame {
  constructor(view, { onLine, lineOf, lettersOf, onLink, onScroll, onShown }) {
    Object.assign(this, { view, onLine, lineOf, lettersOf, onLink, onScroll, onShown });
    this.scale = 1;
    this.revision = 0;
    this.wanted = "";
    this.height = 600;
    this.isFollowing = false;
    this.anchors = null;
    this.mark = make("div", { class: "mark", hidden: true }, make("span"));
    this.glass = make("div", { class: "glass" }, this.mark);
    this.sheet = make("div", { class: "sheet" }, this.glass);
    this.scroller = make("div", { class: "scroller", tabindex: "0", role: "group", "aria-label": `${view.title}, scrolls` }, this.sheet);
    this.caption = make("figcaption", {}, make("strong", {}, view.title), make("span", {}, `${view.text ? "text/plain" : `${view.width} px`}`),
      make("a", { class: "quiet", target: "_blank", rel: "noopener", href: `frame/${view.name}`, title: "Open alone in a new tab", "aria-label": `Open ${view.title} alone in a new tab` }, "Open"));
    this.device = make("div", { class: "device" }, this.scroller);
    this.element = make("figure", { class: `view${view.phone ? " phone" : ""}${view.dark ? " dark" : ""}${view.text ? " text" : ""}` }, this.caption, this.device);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.glass.addEventListener("pointermove", (event) => this.point(event));
    this.glass.addEventListener("pointerleave", () => { this.mark.hidden = true; });
    this.glass.addEventListener("click", (event) => this.click(event));
    this.observer = new ResizeObserver(() => this.measure());
  }

  get document() {
    return this.iframe?.contentDocument;
  }

  // Show a revision: the first in a frame of its own, later ones by new words in that frame.
  async load({ revision, reader }, documents) {
    const scheme = this.view.text && matchMedia("(prefers-color-scheme: dark)").matches ? "&scheme=dark" : "";
    const wanted = `frame/${this.view.document ?? this.view.name}?r=${revision}${scheme}`;
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    const title = `${this.view.title}, as ${reader.name || reader.email || "a sample reader"} sees it`;
    if (!this.iframe) { this.begin(wanted, title, revision); return; }
    try {
      const coming = await documents.get(wanted);
      if (wanted !== this.wanted) return;
      become(this.document.documentElement, coming.documentElement);
      this.iframe.title = title;
      this.shown(revision);
    } catch {
      if (wanted === this.wanted) this.wanted = ""; // the server has stopped; the next news tries again
    }
  }

  begin(address, title, revision) {
    const iframe = make("iframe", { src: address, title, tabindex: "-1", sandbox: "allow-same-origin allow-popups allow-popups-to-escape-sandbox" });
    iframe.style.width = `${this.view.width}px`;
    this.iframe = iframe;
    iframe.addEventListener("load", () => {
      this.observer.observe(this.document.documentElement);
      this.shown(revision);
    });
    this.sheet.prepend(iframe);
  }

  shown(revision) {
    this.mark.hidden = true;
    this.measure();
    this.revision = revision;
    this.onShown();
  }

  measure() {
    const root = this.document?.documentElement;
    if (!root) return;
    this.height = Math.max(root.offsetHeight, this.document.body?.offsetHeight ?? 0, 60);
    this.anchors = null;
    this.zoom(this.scale);
  }

  place(order, height) {
    this.element.style.order = order;
    this.element.style.height = `${height}px`;
  }

  zoom(scale) {
    this.scale = scale;
    const { width } = this.view;
    this.device.style.width = `${width * scale}px`;
    this.sheet.style.width = `${width * scale}px`;
    this.sheet.style.height = `${this.height * scale}px`;
    if (!this.iframe) return;
    this.iframe.style.height = `${this.height}px`;
    this.iframe.style.transform = `scale(${scale})`;
  }

  // --- lines ---

  // Where lines of the source stand in this view: [line, top], both rising.
  lines() {
    if (!this.anchors) {
      const found = [...(this.document?.querySelectorAll("[data-line]") ?? [])]
        .map((element) => [Number(element.dataset.line), element.getBoundingClientRect().top])
        .sort((a, b) => a[0] - b[0]);
      this.anchors = found.filter((each, at) => at === 0 || each[1] >= found[at - 1][1]);
    }
    return this.anchors;
  }

  position() {
    const top = this.scroller.scrollTop / this.scale;
    const most = this.scroller.scrollHeight - this.scroller.clientHeight;
    return { share: most > 0 ? this.scroller.scrollTop / most : 0, line: between(this.lines(), top, 1, 0) };
  }

  scrollTo({ share, line }) {
    const most = this.scroller.scrollHeight - this.scroller.clientHeight;
    const isEdge = share <= 0.001 || share >= 0.999;
    const top = isEdge || line == null ? null : between(this.lines(), line, 0, 1);
    const target = top == null ? share * most : Math.min(most, top * this.scale);
    if (Math.abs(target - this.scroller.scrollTop) < 1) return;
    this.isFollowing = true;
    this.scroller.scrollTop = target;
    requestAnimationFrame(() => requestAnimationFrame(() => { this.isFollowing = false; }));
  }

  scrolled() {
    if (!this.isFollowing) this.onScroll(this);
  }

  goTo(line) {
    const element = this.view.text ? this.wordsOfLine(line) : this.elementAt(line);
    if (!element) return;
    const box = element.getBoundingClientRect();
    this.isFollowing = true;
    const room = Math.max(16, this.scroller.clientHeight * 0.25);
    this.scroller.scrollTop = box.top * this.scale - room;
    requestAnimationFrame(() => requestAnimationFrame(() => { this.isFollowing = false; }));
    this.point_at(element, line);
    this.glass.classList.remove("flash");
    void this.glass.offsetWidth; // starts the animation again
    this.glass.classList.add("flash");
  }

  elementAt(line) {
    let best = null;
    for (const element of this.document?.querySelectorAll("[data-line]") ?? []) {
      const at = Number(element.dataset.line);
      if (at <= line && (!best || at >= Number(best.dataset.line))) best = element;
    }
    return best;
  }

  // Where the plain text says what a line of the source does, or the nearest before it that is found.
  wordsOfLine(line) {
    const text = this.document?.querySelector("pre")?.firstChild;
    if (!text) return null;
    const { letters, places } = lettersIn(text.data);
    for (let at = line; at > 0; at--) {
      const wanted = this.lettersOf(at);
      const found = wanted.length < FEWEST ? -1 : letters.lastIndexOf(wanted); // contents say it first
      if (found < 0) continue;
      const range = this.document.createRange();
      range.setStart(text, places[found]);
      const last = places[found + wanted.length - 1];
      range.setEnd(text, (text.data.indexOf("\n", last) + 1 || text.data.length + 1) - 1);
      return range;
    }
    return null;
  }

  // --- the pointer ---

  under(event) {
    const box = this.sheet.getBoundingClientRect();
    const x = (event.clientX - box.left) / this.scale, y = (event.clientY - box.top) / this.scale;
    const element = this.document?.elementFromPoint(x, y);
    return { element, x, y };
  }

  point(event) {
    const { element } = this.under(event);
    const block = element?.closest?.("[data-line]");
    this.glass.style.cursor = element?.closest?.("a[href]") ? "pointer" : "default";
    if (block) this.point_at(block, Number(block.dataset.line));
    else this.mark.hidden = true;
  }

  point_at(element, line) {
    const box = element.getBoundingClientRect();
    const { style } = this.mark;
    style.left = `${box.left * this.scale - 4}px`;
    style.top = `${box.top * this.scale - 4}px`;
    style.width = `${box.width * this.scale + 8}px`;
    style.height = `${box.height * this.scale + 8}px`;
    this.mark.firstChild.textContent = line;
    this.mark.hidden = false;
  }

  click(event) {
    const { element, x, y } = this.under(event);
    if (!element) return;
    const link = element.closest("a[href]");
    if (link) this.onLink(link.getAttribute("href"));
    const block = element.closest("[data-line]");
    const line = block ? Number(block.dataset.line) : this.lineOf(this.view.text ? this.wordsAt(x, y) : wordsOf(element));
    if (line) this.onLine(line);
  }

  // The line of the plain text at a point.
  wordsAt(x, y) {
    const { document } = this;
    const caret = document.caretPositionFromPoint?.(x, y) ?? document.caretRangeFromPoint?.(x, y);
    const node = caret?.offsetNode ?? caret?.startContainer;
    if (node?.nodeType !== 3) return "";
    const at = caret.offset ?? caret.startOffset;
    const begin = node.data.lastIndexOf("\n", at - 1) + 1;
    return node.data.slice(begin, (node.data.indexOf("\n", at) + 1 || node.data.length + 1) - 1);
  }
}

const FEWEST = 6;
const LETTER = /[\p{L}\p{N}]/u;
function lettersIn(text) {
  const places = [];
  let letters = "";
  for (let at = 0; at < text.length; at++) {
    if (!LETTER.test(text[at])) continue;
    letters += text[at].toLowerCase();
    places.push(at);
  }
  return { letters, places };
}

const BLOCK = "p, li, h1, h2, h3, h4, td, th, pre, blockquote, figcaption, div";
function wordsOf(element) {
  if (element.tagName === "IMG") return element.getAttribute("alt") || element.getAttribute("src") || "";
  return element.closest(BLOCK)?.textContent ?? "";
}

// The value at index `to` where the one at index `from` is `value`, on the line between two anchors.
function between(anchors, value, from, to) {
  if (anchors.length < 3) return null;
  let at = anchors.findIndex((each) => each[from] > value);
  if (at < 0) at = anchors.length - 1;
  if (at === 0) return anchors[0][to];
  const [before, after] = [anchors[at - 1], anchors[at]];
  const span = after[from] - before[from];
  const share = span > 0 ? Math.min(1, (value - before[from]) / span) : 0;
  return before[to] + share * (after[to] - before[to]);
}
