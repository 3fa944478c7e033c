// What was taken out of one text and put into the other, word by word.

const MOST = 4_000_000; // cells of the table; of more, the whole middle is marked

// Two lists of nodes: the first text with <del>, the second with <ins>.
export function compare(one, other) {
  const [a, b] = [one, other].map((text) => text.match(/\s+|[^\s]+/gu) ?? []);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middle = (list) => list.slice(start, list.length - end);
  const [lost, added] = marked(middle(a), middle(b));
  const around = (list, inner, name) => [
    list.slice(0, start).join(""),
    ...inner.map(([text, isOther]) => (isOther ? element(name, text) : text)),
    list.slice(list.length - end).join(""),
  ];
  return [around(a, lost, "del"), around(b, added, "ins")];
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

// The longest common row of words; [[text, whether only here], …] for each side.
function marked(a, b) {
  if (a.length * b.length > MOST) return [[[a.join(""), true]], [[b.join(""), true]]];
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const here = i * width + j;
      table[here] = a[i] === b[j] ? table[here + width + 1] + 1 : Math.max(table[here + width], table[here + 1]);
    }
  }
  const sides = [[], []];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const here = i * width + j;
    if (i < a.length && j < b.length && a[i] === b[j]) {
      sides[0].push([a[i++], false]);
      sides[1].push([b[j++], false]);
    } else if (j >= b.length || (i < a.length && table[here + width] >= table[here + 1])) {
      sides[0].push([a[i++], true]);
    } else {
      sides[1].push([b[j++], true]);
    }
  }
  return sides;
}
