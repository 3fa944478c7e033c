// Words that no server has: each beside what is stored, to be taken, left or thrown away.

import { compare } from "./differences.js";
import { fields } from "./journal.js";

export function offer(form, words, found) {
  const section = document.getElementById("recovery").content.firstElementChild.cloneNode(true);
  const list = section.querySelector("ul");
  const pattern = list.firstElementChild;
  const rows = found.map((entry) => row(form, words, section, pattern.cloneNode(true), entry));
  list.replaceChildren(...rows);
  form.before(section);
  if (found.length === 1 && found[0].isOfThis) rows[0].querySelector("details").open = true;
  section.querySelector("[data-keep]").addEventListener("click", () => {
    section.remove();
    form.elements.body.focus();
  });
}

function row(form, words, section, item, entry) {
  const { lang } = document.documentElement;
  const at = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
  const [title] = entry.fields.title ?? [""];
  const [body] = entry.fields.body ?? [""];
  item.querySelector("[data-title]").textContent = title || body.trim().slice(0, 60) || "…";
  item.querySelector("[data-at]").textContent = at.format(entry.at);
  const elsewhere = item.querySelector("[data-open]");
  const take = item.querySelector("[data-take]");
  const details = item.querySelector("details");

  const gone = () => {
    item.remove();
    if (!section.querySelector("li")) section.remove();
  };
  elsewhere.hidden = entry.isOfThis;
  elsewhere.href = entry.address;
  take.hidden = !entry.isOfThis;
  take.addEventListener("click", () => {
    fill(form, entry.fields);
    words.write(); // kept under this page's name before the other goes
    if (!words.isFailing) localStorage.removeItem(entry.key);
    gone();
    form.elements.body.focus();
  });
  item.querySelector("[data-drop]").addEventListener("click", () => {
    localStorage.removeItem(entry.key);
    gone();
    form.elements.body.focus();
  });
  details.hidden = !entry.isOfThis;
  details.addEventListener("toggle", () => {
    if (!details.open) return;
    const stored = fields(form);
    const text = (from) => ["title", "excerpt", "body"].map((name) => from[name]?.[0] ?? "").filter(Boolean).join("\n\n");
    const [theirs, mine] = compare(text(stored), text(entry.fields));
    item.querySelector("[data-stored]").replaceChildren(...theirs);
    item.querySelector("[data-words]").replaceChildren(...mine);
  });
  return item;
}

// Every field as it was; which version was seen as well, so that what somebody else has
// saved meanwhile is not written over unasked.
function fill(form, kept) {
  for (const control of form.elements) {
    const { name, type } = control;
    if (!name || name === "csrf_token" || type === "submit" || type === "file") continue;
    const values = kept[name];
    if (type === "checkbox" || type === "radio") control.checked = Boolean(values?.includes(control.value));
    else if (values) control.value = values[0];
  }
  for (const name of ["format", "visibility"]) {
    const control = form.elements[name];
    (control?.length && !control.options ? control[0] : control)?.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.elements.body.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
