// Files on their way into the library: a placeholder in the text, a bar below it, and the
// picture in the placeholder's place once it is there. Without a text to go into, the new
// items are what `send` gives.

import { insert, replace } from "./text.js";

export async function send(form, files, waiting, isForText = true) {
  const items = [];
  for (const [file, place] of files.map((file) => [file, isForText ? hold(form, file) : ""])) {
    const going = one(form, file);
    waiting.add(going);
    const { item, error } = await going;
    waiting.delete(going);
    if (place) replace(form.elements.body, place, item ? markup(form, item) : "");
    if (item) items.push(item);
    else tell(form, file, error);
  }
  return items;
}

// How an item of the library stands in the text.
export function markup(form, item) {
  if (form.elements.format.value !== "html") return item.markdown;
  const safe = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return item.kind === "image" || item.kind === "picture"
    ? `<img src="${safe(item.url)}" alt="${safe(item.alt ?? "")}">`
    : `<a href="${safe(item.url)}">${safe(item.name)}</a>`;
}

let number = 0;

function hold(form, file) {
  const { uploading } = form.querySelector("[data-uploads]").dataset;
  number += 1;
  const name = file.name.replace(/[[\]()<>\n]/g, "");
  const place = `![${uploading.replace("{}", name)}](${number > 1 ? `#${number}` : ""})`;
  insert(form.elements.body, place, true);
  return place;
}

function one(form, file) {
  const list = form.querySelector("[data-uploads]");
  const row = document.createElement("p");
  const label = document.createElement("label");
  const bar = document.createElement("progress");
  label.textContent = file.name;
  label.append(bar);
  row.append(label);
  list.append(row);
  const { lost, refused } = list.dataset;
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    request.open("POST", form.dataset.media);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", form.elements.csrf_token.value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
    });
    request.addEventListener("loadend", () => {
      row.remove();
      const told = request.response ?? {};
      const item = told.items?.[0];
      const error = told.errors?.[0]?.error ?? told.error ?? (request.status ? refused : lost);
      resolve(item ? { item } : { error });
      // The bar of its sizes, above the text.
      if (item?.state === "waiting") document.dispatchEvent(new CustomEvent("recto:work"));
    });
    request.send(body);
  });
}

function tell(form, file, error) {
  const row = document.createElement("p");
  row.className = "errors";
  row.setAttribute("role", "alert");
  row.textContent = `${file.name}: ${error}`;
  form.querySelector("[data-uploads]").append(row);
  form.elements.body.addEventListener("input", () => setTimeout(() => row.remove(), 10_000), { once: true });
}
