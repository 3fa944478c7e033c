// Words and minutes, as the server counts them (text/excerpts.py): in scripts that write
// no spaces each letter is one.

const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3005-\\u3007\\u3041-\\u30ff" +
  "\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9f\\u{20000}-\\u{3ffff}";
const UNIT = new RegExp(`[${UNSPACED}]|[^\\s${UNSPACED}]+`, "gu");
const LONE = new RegExp(`^[${UNSPACED}]$`, "u");
// What stands in the source and not in the text: tags, where links lead, notes' numbers.
const SYNTAX = /<!--[^]*?-->|<\/?[a-z][^>]*>|\]\([^)\n]*\)|\[\^[^\]]*\]:?|^\[[^\]]+\]:.*$|^```.*$|^> \[!\w+\]$/gim;

export function words(source) {
  let number = 0;
  for (const [unit] of source.replace(SYNTAX, " ").matchAll(UNIT)) {
    number += LONE.test(unit) ? /\p{L}/u.test(unit) : /[\p{L}\p{N}]/u.test(unit);
  }
  return number;
}

export function count(form) {
  const place = form.querySelector("[data-count]");
  const { text, rate } = place.dataset;
  let timer;
  const tell = () => {
    const number = words(form.elements.body.value);
    const minutes = Math.max(1, Math.round(number / rate));
    const format = (n) => n.toLocaleString(document.documentElement.lang);
    place.textContent = text.replace("{words}", format(number)).replace("{minutes}", format(minutes));
  };
  form.elements.body.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, 200);
  });
  tell();
}
