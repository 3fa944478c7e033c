// One dialog for what is looked up while writing: a file of the library, or a post to link
// to. Arrows lead through what was found, Enter takes it.

import { markup, send } from "./uploads.js";
import { insert } from "./text.js";

const PAUSE = 150;
let asked = 0;

export function open(form, button, upload) {
  const kind = button.dataset.pick ? "media" : button.dataset.dialog;
  const dialog = document.querySelector(`dialog[data-kind="${kind}"]`);
  const search = dialog.querySelector("input[type=search]");
  const list = dialog.querySelector("ul");
  const body = form.elements.body;
  const { selectionStart, selectionEnd } = body;
  let timer;

  const close = () => {
    dialog.close();
    body.setSelectionRange(selectionStart, selectionEnd); // closing may have moved it
  };
  // In a field goes a picture; in the text any file.
  const only = button.dataset.pick ? "image" : "";
  const ask = () => find(dialog, search.value, only, (item) => {
    close();
    if (button.dataset.pick) fill(form, button.dataset.pick, item);
    else insert(form.elements.body, kind === "media" ? markup(form, item) : link(form, item), kind === "media");
  });
  search.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };
  search.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    list.querySelector("button")?.click();
  };
  dialog.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [search, ...list.querySelectorAll("button")];
    stops[stops.indexOf(document.activeElement) + step]?.focus();
  };
  const file = dialog.querySelector("input[type=file]");
  if (file) {
    file.value = "";
    file.onchange = async () => {
      const files = [...file.files];
      close();
      if (!button.dataset.pick) return upload(files);
      const [item] = await send(form, files, new Set(), false);
      if (item) fill(form, button.dataset.pick, item);
    };
  }
  dialog.onclose = () => (button.dataset.pick ? button : form.elements.body).focus();
  dialog.querySelector("[data-close]").onclick = close;
  dialog.oncancel = (event) => {
    if (event.target !== dialog) return; // choosing a file was
    event.preventDefault();
    close();
  };
  search.value = kind === "links" ? chosen(form) : "";
  dialog.showModal();
  search.focus();
  ask();
}

function find(dialog, words, only, take) {
  const address = new URL(dialog.dataset.source, location.href);
  address.searchParams.set("q", words);
  if (only) address.searchParams.set("kind", only);
  return look(dialog, address, take, false);
}

// What stands at an address; ``goesOn`` if it follows what the list shows already.
async function look(dialog, address, take, goesOn) {
  const list = dialog.querySelector("ul");
  const status = dialog.querySelector("[data-found]");
  const more = dialog.querySelector("[data-more]");
  const mine = ++asked;
  let told;
  let items;
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    told = await answer.json();
    items = told.items ?? told;
    if (!answer.ok) throw new Error(told.error);
  } catch {
    status.textContent = status.dataset.lost;
    return;
  }
  if (mine !== asked) return; // something else was typed meanwhile
  const rows = items.map((item) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    if (item.kind === "image" || item.kind === "picture") button.append(thumbnail(item));
    const name = document.createElement("bdi");
    name.textContent = item.title ?? item.name;
    button.append(name);
    if (dialog.dataset.kind === "links" && item.state) button.append(note(item.state));
    button.addEventListener("click", () => take(item));
    row.append(button);
    return row;
  });
  if (!goesOn) list.replaceChildren();
  list.append(...rows);
  if (goesOn) rows[0].querySelector("button").focus();
  const total = told.total ?? items.length;
  status.textContent = total ? status.dataset.some.replace("{}", total) : status.dataset.none;
  if (!more) return;
  more.hidden = !told.next;
  more.onclick = () => look(dialog, told.next, take, true);
}

function thumbnail(item) {
  const picture = document.createElement("img");
  picture.src = item.thumbnail ?? item.url;
  picture.alt = item.alt ?? "";
  picture.loading = "lazy";
  return picture;
}

function note(text) {
  const small = document.createElement("small");
  small.textContent = text;
  return small;
}

function chosen({ elements: { body } }) {
  return body.value.slice(body.selectionStart, body.selectionEnd).slice(0, 100);
}

function link(form, item) {
  const words = chosen(form) ? "{}" : item.title.replace(/[[\]\\]/g, "\\$&");
  return form.elements.format.value === "html"
    ? `<a href="${item.url}">${words}</a>`
    : `[${words}](${item.url})`;
}

// The field with the number of a file, and below it the name.
function fill(form, name, item) {
  form.elements[name].value = item.id;
  form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
  form.querySelector(`[data-picked="${CSS.escape(name)}"]`).textContent = item.name;
}
