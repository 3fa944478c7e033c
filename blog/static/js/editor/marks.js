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
  rove(bar);
  form.elements.format.addEventListener("change", () => rest(bar, shown(bar)[0]));
}

const shown = (bar) => [...bar.querySelectorAll("button")].filter((button) => button.offsetWidth);

// Tab stops once in the toolbar, where one was last; arrows lead on as the page is read.
// Its own way rests on hidden buttons.
function rove(bar) {
  bar.addEventListener("focusin", (event) => rest(bar, event.target));
  bar.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = shown(bar);
    const at = buttons.indexOf(event.target);
    const step = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
    const to = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons.at(to % buttons.length).focus();
  });
  rest(bar, shown(bar)[0]);
}

function rest(bar, button) {
  for (const each of bar.querySelectorAll("button")) each.tabIndex = each === button ? 0 : -1;
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
