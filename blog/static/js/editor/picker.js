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
  const ask = () => find(dialog, search.value, (item) => {
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

async function find(dialog, words, take) {
  const list = dialog.querySelector("ul");
  const status = dialog.querySelector("[data-found]");
  const mine = ++asked;
  let items;
  try {
    const address = new URL(dialog.dataset.source, location.href);
    address.searchParams.set("q", words);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    const told = await answer.json();
    items = told.items ?? told;
    if (!answer.ok) throw new Error(told.error);
  } catch {
    status.textContent = status.dataset.lost;
    return;
  }
  if (mine !== asked) return; // something else was typed meanwhile
  list.replaceChildren(...items.map((item) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    if (item.kind === "image" || item.kind === "picture") button.append(thumbnail(item));
    const name = document.createElement("bdi");
    name.textContent = item.title ?? item.name;
    button.append(name);
    if (item.state) button.append(note(item.state));
    button.addEventListener("click", () => take(item));
    row.append(button);
    return row;
  }));
  status.textContent = items.length ? status.dataset.some.replace("{}", items.length) : status.dataset.none;
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

// The field with the number of a file, and beside it the name, if there is a place for it.
function fill(form, name, item) {
  form.elements[name].value = item.id;
  form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
  const told = form.querySelector(`[data-picked="${CSS.escape(name)}"]`);
  if (told) told.textContent = item.name;
}
