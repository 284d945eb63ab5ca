// Elements made and found in few words.

export const find = (selector, root = document) => root.querySelector(selector);

// make("p", { class: "x", onclick }, "words", otherElement)
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

export const kilobytes = (bytes) =>
  `${(bytes / 1000).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} KB`;

export const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

export const editorLink = (template, line, column) =>
  template.replace("{line}", line || 1).replace("{column}", column || 1);

// What a person chose, for the next time; a browser may refuse to keep it.
export const memory = {
  get(key, otherwise) {
    try { return JSON.parse(localStorage.getItem(`preview.${key}`)) ?? otherwise; } catch { return otherwise; }
  },
  set(key, value) {
    try { localStorage.setItem(`preview.${key}`, JSON.stringify(value)); } catch { /* then not */ }
  },
};
