// Comfort for the editor; without it everything works as well.

import { guard } from "./guard.js";

const form = document.querySelector("form#editor");
guard(form);

// Ctrl+S (Command+S) saves, as in every other place where one writes.
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[name=save], button[name=publish]"));
});

// "Publish" says "Schedule" as soon as the date is still to come by the site's clocks,
// and what it does when the post is to be private.
const publish = form.querySelector("button[data-later]");
const date = form.elements.published_at;
const visibility = form.elements.visibility;

function sayWhatItWillDo() {
  const { now, later, private: hidden, clock } = publish.dataset;
  publish.textContent = visibility.value === "private" ? hidden : date.value > clock ? later : now;
}

if (publish) {
  date.addEventListener("input", sayWhatItWillDo);
}

// What does not go with the visibility chosen is out of sight, and not sent.
function fit() {
  show(form.elements.post_password, visibility.value === "protected");
  show(form.elements.sticky, visibility.value !== "private");
  if (publish) sayWhatItWillDo();
}

function show(control, isWanted) {
  if (!control) return;
  control.disabled = !isWanted;
  control.closest(".field").hidden = !isWanted;
}

if (visibility) {
  for (const choice of visibility) choice.addEventListener("change", fit);
  fit();
}

// Markdown is prose, HTML is code: each in its own face.
const format = form.elements.format;
format.addEventListener("change", () => {
  form.elements.body.classList.toggle("is-html", format.value === "html");
});
