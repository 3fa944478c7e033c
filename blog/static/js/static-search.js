// The search of a site that is kept as files: the browser asks an index, of which it
// fetches the few pieces that hold the words (blog/transfer/exporting/static/search.py).

const script = document.querySelector("script[data-index]");
const { index: address, count: countLabel, failed: failedLabel } = script.dataset;
const field = document.querySelector(".search-form [name=q]");
const found = document.getElementById("found");
const nothing = document.getElementById("nothing-found");
const counted = found.querySelector(".search-count");
const list = found.querySelector("ol");
const more = found.querySelector("button");
const beginning = document.getElementById("searching");
const elsewhere = document.querySelector(".search .elsewhere");

const SHOWN = 10;
const BEFORE = 60;
const AROUND = 240;
const QUICK = /^[\x20-\x7e]*$/;

const pieces = new Map();
const fetched = (name, options) => {
  if (!pieces.has(name)) {
    pieces.set(name, fetch(new URL(name, new URL(address, location)), options).then((answer) => {
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      return answer.json();
    }));
  }
  return pieces.get(name);
};

// Words, spelled and cut as in the index

class Spelling {
  constructor(rules) {
    this.rules = rules;
    this.diacritics = new RegExp(rules.diacritics, "gu");
    this.unspacedMarked = new RegExp(rules.unspaced_marked, "u");
    const letter = `(?:(?![${rules.unspaced}])[\\p{L}\\p{N}\\ue000-\\uefff])`;
    this.word = new RegExp(
      `([${rules.unspaced}]+)|${letter}+(?:(?:\\+\\+|#)(?![\\p{L}\\p{N}_]))?`, "gu");
  }

  fold(text) {
    if (QUICK.test(text)) return this.signs(text.toLowerCase());
    const plain = text.normalize("NFKC").toLowerCase().replace(/ß/gu, "ss").replace(/ς/gu, "σ");
    const bare = Array.from(plain.normalize("NFKD"), (char) => this.rules.letters[char] ?? char)
      .join("").replace(this.diacritics, "");
    const shown = bare.replace(/\p{Nd}/gu, (char) => this.digit(char))
      .replace(/[\x00-\x1f]/gu, " ").replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, "");
    return this.signs(shown.normalize("NFC"));
  }

  // In one spelling of quotation marks; marks on letters as the index has them.
  signs(text) {
    const [marks, size, unspacedMarks, unspacedSize] = this.rules.marks;
    return text.replace(/`/gu, "'").replace(/\p{M}/gu, (mark) => {
      const code = mark.codePointAt(0);
      return String.fromCodePoint(this.unspacedMarked.test(mark)
        ? unspacedMarks + (code % unspacedSize) : marks + (code % size));
    });
  }

  digit(char) {
    const code = char.codePointAt(0);
    if (code < 0x80) return char;
    const zero = Array.from(this.rules.zeros, (each) => each.codePointAt(0))
      .filter((each) => each <= code).at(-1);
    return String(code - zero);
  }

  // What is looked for: forms that the index must hold, the last perhaps as a beginning.
  terms(typed) {
    const spelled = this.fold(typed).trim();
    let words = [...spelled.matchAll(this.word)];
    const isElided = ({ 0: word, index }) => word.length === 1
      && spelled.slice(Math.max(0, index - 1), index + 2).includes("'");
    const whole = words.filter((word) => !isElided(word));
    words = (whole.length ? whole : words).slice(0, this.rules.most);
    return words.flatMap((match, at) => this.forms(match[0], Boolean(match[1]), at === words.length - 1));
  }

  forms(word, isRun, isLast) {
    const letters = Array.from(word);
    if (isRun) {
      if (letters.length === 1) return [{ form: word, goesOn: true }];
      return letters.slice(0, -1).map((one, at) => ({ form: one + letters[at + 1], goesOn: false }));
    }
    const { article, signs, longest } = this.rules;
    let form = letters.slice(0, longest).join("");
    if (/[+#]$/u.test(form)) {
      return [{ form: Array.from(form, (char) => signs[char] ?? char).join(""), goesOn: false }];
    }
    if (letters.length > 4 && form.startsWith(article)) form = form.slice(article.length);
    return [{ form, goesOn: isLast && letters.length > 1 }];
  }
}

// Posts

// The last piece that begins at or before what is sought; -1 before the first.
const pieceOf = (keys, sought) => {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle] <= sought) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

// By number of post, how much it is about a form.
const holding = async (index, { form, goesOn }) => {
  const weights = new Map();
  const fits = (word) => word === form || (goesOn && word.startsWith(form));
  for (let at = Math.max(0, pieceOf(index.words, form)); at < index.words.length; at++) {
    if (index.words[at] > form && !fits(index.words[at])) break;
    for (const [word, ...posts] of await fetched(`words-${at}.json?v=${index.version}`)) {
      if (!fits(word)) continue;
      const share = word === form ? 1 : 0.5;
      for (let each = 0; each < posts.length; each += 2) {
        const weight = posts[each + 1] * share;
        weights.set(posts[each], Math.max(weight, weights.get(posts[each]) ?? 0));
      }
    }
  }
  return weights;
};

// The numbers of the posts that hold all of it, the best first; of equals the newest.
const best = async (index, terms) => {
  const [first, ...others] = await Promise.all(terms.map((term) => holding(index, term)));
  const rare = (weights) => Math.log(1 + index.count / (weights.size || 1));
  return [...first.keys()]
    .filter((number) => others.every((weights) => weights.has(number)))
    .map((number) => [
      number,
      [first, ...others].reduce((sum, weights) => sum + weights.get(number) * rare(weights), 0),
    ])
    .sort(([one, oneWeight], [other, otherWeight]) => otherWeight - oneWeight || one - other)
    .map(([number]) => number);
};

const textOf = async (index, number) => {
  const piece = pieceOf(index.texts, number);
  return (await fetched(`texts-${piece}.json?v=${index.version}`))[number - index.texts[piece]];
};

// What is shown

// Where words that were typed stand in a text, as [start, end].
const places = (spelling, text, words) => {
  const offsets = [];
  let folded = "";
  let offset = 0;
  for (const char of text) {
    const spelled = /\s/u.test(char) ? " " : spelling.fold(char);
    for (let at = 0; at < spelled.length; at++) offsets.push(offset);
    folded += spelled;
    offset += char.length;
  }
  offsets.push(text.length);
  const isLetter = (char) => /[\p{L}\p{N}\ue000-\uefff]/u.test(char);
  const marked = [];
  for (const { word, isRun } of words) {
    for (let at = folded.indexOf(word); at >= 0 && marked.length < 200; at = folded.indexOf(word, at + 1)) {
      if (isRun || at === 0 || !isLetter(folded[at - 1])) marked.push([offsets[at], offsets[at + word.length]]);
    }
  }
  return marked.sort(([one], [other]) => one - other);
};

// A piece of a text with what was looked for in <mark>.
const marked = (text, marks, start, end) => {
  const parts = [];
  let at = start;
  for (const [from, to] of marks) {
    if (from < at || to > end) continue;
    const mark = document.createElement("mark");
    mark.textContent = text.slice(from, to);
    parts.push(text.slice(at, from), mark);
    at = to;
  }
  return [...parts, text.slice(at, end)];
};

const passage = (text, marks) => {
  const first = marks[0]?.[0] ?? 0;
  const wanted = first > BEFORE ? text.indexOf(" ", first - BEFORE) + 1 : 0;
  const start = wanted > first || (first > BEFORE && wanted === 0) ? first : wanted;
  const space = text.lastIndexOf(" ", start + AROUND);
  const cut = space > start + BEFORE ? space : start + AROUND;
  const end = text.length <= start + AROUND ? text.length : cut;
  return [start > 0 ? "… " : "", ...marked(text, marks, start, end), end < text.length ? " …" : ""];
};

const element = (name, className, ...inside) => {
  const made = document.createElement(name);
  made.className = className;
  made.append(...inside);
  return made;
};

const result = (spelling, [url, title, text, kind, ...facts], words) => {
  const article = element("article", "teaser h-entry");
  if (kind) article.append(element("p", "kicker", kind));
  const heading = element("h3", "p-name");
  heading.dir = "auto";
  const link = document.createElement("a");
  link.href = url;
  link.rel = "bookmark";
  link.append(...marked(title, places(spelling, title, words), 0, title.length));
  heading.append(link);
  article.append(heading);
  if (facts.length) {
    const list = element("ul", "byline", ...facts.map((fact) => element("li", "", fact)));
    article.append(element("div", "facts", list));
  }
  const shown = element("p", "passage p-summary", ...passage(text, places(spelling, text, words)));
  shown.dir = "auto";
  article.append(shown);
  return element("li", "", article);
};

const search = async (typed) => {
  const index = await fetched("index.json", { cache: "no-cache" });
  const spelling = new Spelling(index.spelling);
  const terms = spelling.terms(typed);
  const numbers = terms.length ? await best(index, terms) : [];
  const words = [...spelling.fold(typed).matchAll(spelling.word)]
    .map((match) => ({ word: match[0], isRun: Boolean(match[1]) }));
  const show = async (from) => {
    const texts = await Promise.all(numbers.slice(from, from + SHOWN).map((number) => textOf(index, number)));
    const items = texts.map((text) => result(spelling, text, words));
    list.append(...items);
    more.parentElement.hidden = numbers.length <= from + SHOWN;
    return items;
  };
  more.addEventListener("click", async () => {
    const [first] = await show(list.children.length);
    first?.querySelector("a").focus();
  });
  found.hidden = numbers.length === 0;
  nothing.hidden = numbers.length > 0;
  if (numbers.length) elsewhere?.remove();
  counted.textContent = countLabel.replace("{number}", numbers.length.toLocaleString(document.documentElement.lang));
  await show(0);
};

document.getElementById("needs-script").remove();
beginning.hidden = false;
const typed = (new URLSearchParams(location.search).get("q") ?? "").trim().slice(0, field.maxLength);
if (typed) {
  field.value = typed;
  try {
    await search(typed);
  } catch (mistake) {
    console.warn(mistake);
    found.hidden = false;
    counted.textContent = failedLabel;
  }
} else {
  field.focus();
}
