// The views, side by side: scaled to fit, scrolled together, each click a line of the source.

import { find, make, memory } from "./dom.js";
import { Frame } from "./frame.js";

const VIEWS = [
  { name: "desktop", title: "Desktop", width: 720 },
  { name: "mobile", title: "Mobile", width: 375, phone: true, document: "desktop" },
  { name: "desktop-dark", title: "Dark", width: 720, dark: true },
  { name: "mobile-dark", title: "Mobile dark", width: 375, phone: true, dark: true, document: "desktop-dark" },
  { name: "no-style", title: "No styles", width: 720 },
  { name: "text", title: "Plain text", width: 720, text: true },
  { name: "forced-dark", title: "Forced dark", width: 375, phone: true, dark: true, extra: true },
  { name: "no-images", title: "Images off", width: 720, extra: true },
  { name: "outlook", title: "Outlook", width: 720, extra: true },
];
const USUAL = VIEWS.filter((view) => !view.extra).map((view) => view.name);
const KEPT_DOCUMENTS = 8;
const GAP = 26, EDGE = 26, BEZEL = 18, SMALLEST = 0.34;
const ROW_GAP = 18, ROW_EDGE = 19, LEAST_HIGH = 200;

export class Board {
  constructor(root, chooser, address, { onLine, lineOf, lettersOf }) {
    this.root = root;
    this.chooser = chooser;
    this.state = null;
    this.documents = new Documents();
    this.isLinked = memory.get("linked", true);
    this.frames = VIEWS.map((view) => new Frame(view, {
      onLine, lineOf, lettersOf,
      onLink: (url) => showAddress(address, url),
      onScroll: (frame) => this.follow(frame),
      onShown: () => this.tellShown(),
    }));
    this.buttons = [this.button("All", "0", () => this.only(0)),
      ...VIEWS.map((view, at) => this.button(view.title, String(at + 1), (event) => (event.shiftKey ? this.toggle(at + 1) : this.only(at + 1))))];
    chooser.append(...this.buttons);
    const usual = innerWidth < 600 ? ["mobile"] : innerWidth < 1100 ? ["desktop", "mobile"] : USUAL;
    this.shown = new Set(memory.get("views", usual).filter((name) => VIEWS.some((view) => view.name === name)));
    if (!this.shown.size) this.shown = new Set(usual);
    // frames stay where they are in the page: one that is moved would be loaded again
    root.append(...this.frames.map((frame) => frame.element), make("i", { class: "break" }));
    new ResizeObserver(() => this.fit()).observe(root);
    this.arrange();
  }

  button(title, key, onclick) {
    return make("button", { type: "button", onclick, "aria-pressed": "false", title: `${title} (${key})` }, title, make("kbd", { "aria-hidden": "true" }, key));
  }

  only(number) {
    this.shown = new Set(number ? [VIEWS[number - 1].name] : USUAL);
    this.changed();
  }

  toggle(number) {
    if (!number) return;
    const { name } = VIEWS[number - 1];
    if (this.shown.has(name) && this.shown.size > 1) this.shown.delete(name);
    else this.shown.add(name);
    this.changed();
  }

  changed() {
    memory.set("views", [...this.shown]);
    this.arrange();
    if (this.state) this.render(this.state);
  }

  link() {
    this.isLinked = !this.isLinked;
    memory.set("linked", this.isLinked);
  }

  get visible() {
    return this.frames.filter((frame) => this.shown.has(frame.view.name));
  }

  // Put the chosen views into rows, so that they are as large as they can be.
  arrange() {
    const isAll = USUAL.every((name) => this.shown.has(name));
    this.buttons.forEach((button, at) => {
      const is = at === 0 ? isAll : !isAll && this.shown.has(VIEWS[at - 1].name);
      button.setAttribute("aria-pressed", is);
    });
    this.fit();
  }

  fit() {
    const frames = this.visible;
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !frames.length) return;
    const layout = bestLayout(frames, width, height);
    const rowHeight = Math.max(LEAST_HIGH, (height - 2 * ROW_EDGE - ROW_GAP * (layout.rows.length - 1)) / layout.rows.length);
    this.root.classList.toggle("rows", layout.rows.length > 1);
    layout.rows.forEach((row, at) => row.forEach((frame, place) => frame.place(at * 10 + place, rowHeight)));
    for (const frame of this.frames) frame.element.hidden = !this.shown.has(frame.view.name);
    for (const frame of frames) frame.zoom(layout.scale);
  }

  render(state) {
    this.state = state;
    if (!state.message) return;
    for (const frame of this.visible) frame.load(state, this.documents);
    this.tellShown();
  }

  tellShown() {
    if (!this.state) return;
    const revisions = this.visible.map((frame) => frame.revision);
    document.documentElement.dataset.shown = Math.min(...revisions);
  }

  goTo(line) {
    for (const frame of this.visible) frame.goTo(line);
  }

  follow(leader) {
    if (!this.isLinked) return;
    const at = leader.position();
    for (const frame of this.visible) if (frame !== leader) frame.scrollTo(at);
  }
}

// Each document is fetched once, though two views show it; the last few are kept.
class Documents {
  fetched = new Map();

  get(address) {
    if (!this.fetched.has(address)) {
      this.fetched.set(address, fetch(address).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.status))))
        .then((html) => new DOMParser().parseFromString(html, "text/html")));
      if (this.fetched.size > KEPT_DOCUMENTS) this.fetched.delete(this.fetched.keys().next().value);
    }
    return this.fetched.get(address);
  }
}

function bestLayout(frames, width, height) {
  const layouts = [frames.length];
  const isTooWide = scaleOf(frames, width) < SMALLEST; // in one row some would be out of sight
  if (frames.length > 3 && (height > 520 || isTooWide)) layouts.push(Math.ceil(frames.length / 2));
  const options = layouts.map((perRow) => {
    const rows = rowsOf(frames, perRow);
    return { rows, scale: Math.min(1, ...rows.map((row) => scaleOf(row, width))) };
  });
  const [one, two] = options;
  const best = two && one.scale < 0.56 && two.scale > one.scale ? two : one;
  return { ...best, scale: Math.max(SMALLEST, best.scale) };
}

// In two rows the light views stand above the dark ones.
function rowsOf(frames, perRow) {
  if (perRow >= frames.length) return [frames];
  const order = [...frames].sort((a, b) => rank(a) - rank(b));
  return [order.slice(0, perRow), order.slice(perRow)];
}
const rank = ({ view }) => (view.dark ? 2 : view.text ? 3 : 0);

function scaleOf(row, width) {
  const fixed = 2 * EDGE + GAP * (row.length - 1) + row.reduce((sum, { view }) => sum + (view.phone ? BEZEL : 0), 0);
  return (width - fixed) / row.reduce((sum, { view }) => sum + view.width, 0);
}

let hiding = 0;
function showAddress(bar, url) {
  clearTimeout(hiding);
  bar.replaceChildren(
    make("span", {}, url),
    /^https?:|^mailto:/i.test(url) && make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "Open"),
    make("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => { bar.hidden = true; } }, "×"),
  );
  bar.hidden = false;
  hiding = setTimeout(() => { if (!bar.matches(":hover, :focus-within")) bar.hidden = true; }, 8000);
}
export { find };
