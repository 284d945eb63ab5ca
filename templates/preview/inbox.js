// Subject and preheader as inbox lists show them: one line on a desktop, three on a phone.

import { make, memory, plural } from "./dom.js";

export class Inbox {
  constructor(root) {
    this.root = root;
    root.hidden = !memory.get("inbox", true);
  }

  toggle() {
    this.root.hidden = !this.root.hidden;
    memory.set("inbox", !this.root.hidden);
  }

  render({ message }) {
    if (!message) return this.root.replaceChildren();
    const key = JSON.stringify(message);
    if (key === this.key) return undefined;
    this.key = key;
    const { subject, preheader } = message;
    return this.root.replaceChildren(
      make("div", { class: "lists" }, desktop(message, "light"), desktop(message, "dark")),
      phone(message, "light"), phone(message, "dark"),
      make("dl", { class: "lengths" }, ...length("Subject", subject, SUBJECT_ON_PHONES), ...length("Preheader", preheader, PREHEADER_ON_PHONES)));
  }
}

// What phones show of a subject and of a preheader, in characters, about.
const SUBJECT_ON_PHONES = 41, PREHEADER_ON_PHONES = 90;

function length(name, text, room) {
  const count = [...text].length;
  const rest = !count ? "missing" : count <= room ? "whole on phones" : `phones show about ${room}`;
  return [make("dt", {}, name), make("dd", {}, make("b", {}, plural(count, "character")), ` · ${rest}`)];
}

const sender = ({ from_name: name, from_email: email }) => name || email;
const day = ({ date }) => new Date(`${date}T12:00:00`).toLocaleDateString("en", { day: "numeric", month: "short" });

const desktop = (message, scheme) => make("div", { class: `mail wide ${scheme}`, role: "img", "aria-label": `Desktop inbox, ${scheme}: ${sender(message)}, ${message.subject}` },
  make("i", { class: "star", "aria-hidden": "true" }, "☆"),
  make("b", { class: "from" }, sender(message)),
  make("span", { class: "line" }, make("b", {}, message.subject || "(no subject)"), message.preheader && make("span", {}, ` – ${message.preheader}`)),
  make("b", { class: "when" }, day(message)));

const phone = (message, scheme) => make("div", { class: `mail narrow ${scheme}`, role: "img", "aria-label": `Phone inbox, ${scheme}: ${sender(message)}, ${message.subject}` },
  make("i", { class: "dot", "aria-hidden": "true" }),
  make("div", {},
    make("p", { class: "first" }, make("b", {}, sender(message)), make("span", {}, "09:41 ›")),
    make("p", { class: "subject" }, message.subject || "(no subject)"),
    make("p", { class: "preheader" }, message.preheader)));
