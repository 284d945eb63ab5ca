// Make one tree the same as another, touching only what differs: what stays need not be laid out or
// loaded again. No script runs in the frames that this is for, whatever the trees say.

export function become(shown, coming) {
  if (shown.isEqualNode(coming)) return;
  if (shown.nodeName !== coming.nodeName || shown.nodeType !== Node.ELEMENT_NODE) {
    shown.replaceWith(copy(shown, coming));
    return;
  }
  takeAttributes(shown, coming);
  const before = [...shown.childNodes], after = [...coming.childNodes];
  const least = Math.min(before.length, after.length);
  let first = 0, last = 0;
  while (first < least && before[first].isEqualNode(after[first])) first++;
  while (last < least - first && before.at(-1 - last).isEqualNode(after.at(-1 - last))) last++;
  const old = before.slice(first, before.length - last), fresh = after.slice(first, after.length - last);
  if (old.length === fresh.length) {
    old.forEach((node, at) => become(node, fresh[at]));
    return;
  }
  const next = before[before.length - last] ?? null;
  for (const node of old) node.remove();
  for (const node of fresh) shown.insertBefore(copy(shown, node), next);
}

const copy = (shown, node) => shown.ownerDocument.importNode(node, true);

function takeAttributes(shown, coming) {
  for (const { name } of [...shown.attributes]) if (!coming.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of coming.attributes) if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
}
