// Who reads: the sample, a subscriber, or values typed by hand.

import { find, make, plural } from "./dom.js";

const WAIT_MS = 250;

export class Reader {
  constructor(dialog, button) {
    this.dialog = dialog;
    this.button = button;
    this.state = null;
    this.results = make("ul", { class: "results", "aria-live": "polite" });
    this.search = make("input", { type: "search", id: "reader-search", autocomplete: "off", spellcheck: "false", placeholder: "Address or name", maxlength: "200" });
    this.said = make("p", { class: "said", role: "status" });
    this.form = make("form", { class: "typed" });
    this.parts = make("ul", { class: "parts", "aria-live": "polite" });
    this.sample = make("button", { type: "button", class: "choice", onclick: () => this.choose({ kind: "sample" }, true) },
      make("strong", {}, "Sample reader"), make("span", {}, "no values: what you wrote as defaults is shown"));
    dialog.append(
      make("form", { method: "dialog" }, make("button", { class: "icon close", "aria-label": "Close" }, "×")),
      make("h2", { id: "reader-title" }, "Read as"),
      this.sample,
      make("h3", {}, make("label", { for: "reader-search" }, "A subscriber")),
      this.search,
      make("p", { class: "hint" }, "Looks into the workspace's database, and starts it where it is one of our own."),
      this.results,
      make("h3", {}, "Values by hand"),
      this.form,
      this.parts,
      this.said);
    button.addEventListener("click", () => this.open());
    this.search.addEventListener("input", () => this.later(() => this.look()));
    this.search.addEventListener("keydown", (event) => this.key(event));
    this.results.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("input", () => this.later(() => this.type()));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.type(); });
  }

  open() {
    this.fill();
    this.dialog.showModal();
    this.search.focus();
  }

  // From the search down into what was found and back; Enter takes the first.
  key(event) {
    const found = [...this.results.querySelectorAll("button")];
    const at = found.indexOf(document.activeElement);
    if (event.key === "ArrowDown") found[Math.min(at + 1, found.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (found[at - 1] ?? this.search).focus();
    else if (event.key === "Enter" && at < 0) found[0]?.click();
    else return;
    event.preventDefault();
  }

  later(act) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, WAIT_MS);
  }

  render(state) {
    this.state = state;
    const { reader } = state;
    const names = { sample: "Sample reader", typed: reader.name || "Typed values", subscriber: reader.name || reader.email };
    find("span", this.button).textContent = names[reader.kind];
    this.button.title = reader.kind === "subscriber" ? `Read as ${reader.email}` : "Choose the reader (r)";
    this.button.classList.toggle("chosen", reader.kind !== "sample");
    this.sample.setAttribute("aria-pressed", reader.kind === "sample");
    this.renderParts(state.message?.conditions ?? []);
  }

  // Parts that only some get, and whether this reader does.
  renderParts(conditions) {
    this.parts.replaceChildren(...conditions.map(({ rule, holds }) => make("li", { class: holds ? "yes" : "" },
      make("b", {}, holds ? "shown" : "not shown"), " to this reader: ", make("code", {}, rule))));
  }

  fill() {
    const { message, reader } = this.state;
    const fields = message?.fields ?? [];
    if (!fields.length) {
      this.form.replaceChildren(make("p", { class: "hint" }, "The issue uses no merge field."));
      return;
    }
    this.form.replaceChildren(...fields.map(({ name, defaults }) => make("label", {}, make("span", {}, name),
      make("input", { name, value: (name === "name" ? reader.name : reader.fields[name]) ?? "", placeholder: defaults.length ? defaults.join(" / ") : "no default", autocomplete: "off", maxlength: "2000" }))));
  }

  async look() {
    const words = this.search.value.trim();
    if (!words) return this.results.replaceChildren();
    this.say("Looking …");
    const answer = await fetch(`readers?q=${encodeURIComponent(words)}`).then((each) => each.json()).catch(() => ({ error: "the preview has stopped" }));
    if (words !== this.search.value.trim()) return undefined;
    if (answer.error) { this.results.replaceChildren(); return this.say(answer.error, true); }
    this.say(answer.length ? "" : "Nobody found. Of very many subscribers only whole addresses are.");
    return this.results.replaceChildren(...answer.map((one) => make("li", {}, make("button", {
      type: "button", class: "choice", onclick: () => this.choose({ kind: "subscriber", email: one.email }, true),
    }, make("strong", {}, one.name || one.email), make("span", {}, [one.name && one.email, plural(Object.keys(one.fields).length, "merge value")].filter(Boolean).join(" · "))))));
  }

  type() {
    const fields = Object.fromEntries(new FormData(this.form));
    return this.choose({ kind: "typed", fields }, false);
  }

  async choose(choice, closes) {
    const answer = await fetch("reader", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(choice) })
      .then((each) => each.json()).catch(() => ({ error: "the preview has stopped" }));
    this.say(answer.error ?? "", true);
    if (!answer.error && closes) this.dialog.close();
  }

  say(words, isBad = false) {
    this.said.textContent = words;
    this.said.classList.toggle("bad", isBad);
  }
}
