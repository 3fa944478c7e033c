// The desk: comfort for whoever writes, and nothing they write is lost. Without it the
// form works as well.

// Vendored by tests/tools/vendor.py, beside its LICENSE.
import "../vendor/markdown-toolbar-element-2.2.3/index.js";
import { autosave } from "./editor/autosave.js";
import { count } from "./editor/count.js";
import { fit } from "./editor/fields.js";
import { differ, fields, journal, left, served } from "./editor/journal.js";
import { marks } from "./editor/marks.js";
import { mirror } from "./editor/preview.js";

const form = document.querySelector("form#editor");
const body = form.elements.body;

// What is pasted is read in a document of its own in which nothing runs. Every other way
// from a string to markup stays shut, with the admin's `require-trusted-types-for`.
window.trustedTypes?.createPolicy("default", {
  createHTML: (html, _type, sink) => (sink === "DOMParser parseFromString" ? html : null),
});

form.classList.add("is-live");
fit(form);
marks(form);
count(form);
mirror(form);

const words = journal(form);
const waiting = new Set(); // promises without which the form is not sent
autosave(form, words, waiting);

form.addEventListener("submit", (event) => {
  const { submitter } = event;
  if (submitter?.formTarget === "_blank") return;
  if (waiting.size) {
    event.preventDefault();
    Promise.allSettled(waiting).then(() => form.requestSubmit(submitter));
    return;
  }
  words.write({ sent: true });
  const { selectionStart: from, selectionEnd: to } = body;
  const focused = document.activeElement === body;
  sessionStorage.setItem("recto-place", JSON.stringify({ from, to, focused, top: scrollY }));
});

// Back where one was, once it is saved.
const place = JSON.parse(sessionStorage.getItem("recto-place"));
sessionStorage.removeItem("recto-place");
if (place?.focused && !document.querySelector("[role=alert]")) {
  body.focus();
  body.setSelectionRange(place.from, place.to);
  scrollTo(0, place.top);
}

// A browser that goes back puts in again what had been typed, and tells nobody. On the
// page of a new post that is the same post still.
addEventListener("pageshow", async () => {
  const isBack = differ(fields(form), served(form));
  const key = form.elements.draft_key;
  if (key && isBack && history.state?.draft) key.value = history.state.draft;
  else if (key) history.replaceState({ draft: key.value }, "");
  if (isBack) {
    words.write();
    body.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  const found = await left(form, words);
  if (!found.length) return;
  const { offer } = await import("./editor/recovery.js");
  offer(form, words, found);
}, { once: true });

// Pictures: dropped, pasted or chosen. Dialogs are fetched when wanted.
async function upload(files) {
  const { send } = await import("./editor/uploads.js");
  send(form, [...files], waiting);
}

async function pick(button) {
  const { open } = await import("./editor/picker.js");
  open(form, button, upload);
}

// The name of a picture, until another number is typed.
for (const name of form.querySelectorAll("[data-picked]")) {
  form.elements[name.dataset.picked].addEventListener("input", () => name.replaceChildren());
}

if (form.dataset.media) {
  for (const button of form.querySelectorAll("[data-pick]")) button.hidden = false;
  body.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    upload(files);
  });
  for (const name of ["dragover", "drop"]) {
    form.addEventListener(name, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      if (name === "drop") upload(event.dataTransfer.files);
    });
  }
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick], [data-dialog]");
  if (button) pick(button);
});

// Cells become a table, an address over a selection its link. Fetched with the first
// visit to the text; listening last, a picture comes before its name.
let pasting = null;
async function listen() {
  const { subscribe } = await import("../vendor/paste-markdown-1.5.3/bundle.js");
  const isMarkdown = form.elements.format.value === "markdown";
  if (isMarkdown) pasting ??= subscribe(body);
  else pasting = pasting?.unsubscribe() ?? null;
}
form.elements.format.addEventListener("change", listen);
body.addEventListener("focus", listen, { once: true });
if (document.activeElement === body) listen();
