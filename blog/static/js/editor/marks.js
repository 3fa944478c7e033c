// The toolbar and the keys. What a button inserts and which keys press it stand in the
// page: data-block, data-html and aria-keyshortcuts.

import { insert, put } from "./text.js";

const MODIFIER = /Mac|iP/.test(navigator.platform) ? "metaKey" : "ctrlKey";

export function marks(form) {
  const body = form.elements.body;
  const bar = form.querySelector("markdown-toolbar");
  const isHtml = () => form.elements.format.value === "html";

  // Before the toolbar itself, which knows Markdown only.
  bar.addEventListener("click", (event) => {
    const data = event.target.closest("[data-md-button]")?.dataset;
    if (isHtml() && data?.html) {
      event.stopPropagation();
      insert(body, data.html, false);
    } else if (data?.block) {
      insert(body, data.block, true);
    } else if (data?.mdButton === "footnote") {
      footnote(body);
    }
  }, true);
  bar.addEventListener("keydown", (event) => {
    if (isHtml() && (event.key === "Enter" || event.key === " ")) event.stopPropagation();
  }, true);

  document.addEventListener("keydown", (event) => press(event, form));
}

function press(event, form) {
  if (!event[MODIFIER] || event.altKey || event.repeat) return;
  // Where the keys bear other letters, their place counts.
  const key = /^[a-z]$/i.test(event.key) ? event.key.toUpperCase() : event.code.replace("Key", "");
  const keys = `Control+${event.shiftKey ? "Shift+" : ""}${key}`;
  const button = document.querySelector(`[aria-keyshortcuts="${CSS.escape(keys)}"]`);
  if (!button || document.querySelector("dialog[open]")) return;
  const isForText = button.closest("markdown-toolbar") !== null;
  if (isForText && document.activeElement !== form.elements.body) return;
  event.preventDefault();
  if (key === "Enter") button.focus(); // what goes out to everybody is pressed on purpose
  else button.click();
}

// The next number, here and at the end, where one goes on writing.
function footnote(body) {
  const numbers = [...body.value.matchAll(/\[\^(\d+)\]/g)].map((match) => Number(match[1]));
  const label = `[^${Math.max(0, ...numbers) + 1}]`;
  put(body, label, body.selectionEnd, body.selectionEnd);
  const end = body.value.length;
  const isBelowNotes = /(^|\n)\[\^[^\]]+\]:[^\n]*\n?$/.test(body.value);
  put(body, `${isBelowNotes ? "\n" : "\n\n"}${label}: `, end, end);
}
