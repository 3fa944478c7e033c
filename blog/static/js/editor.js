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

// "Publish" says "Schedule" as soon as the date is still to come by the site's clocks.
const publish = form.querySelector("button[data-later]");
const date = form.elements.published_at;
if (publish && date) {
  date.addEventListener("input", () => {
    const { now, later, clock } = publish.dataset;
    publish.textContent = date.value > clock ? later : now;
  });
}

// Markdown is prose, HTML is code: each in its own face.
const format = form.elements.format;
format.addEventListener("change", () => {
  form.elements.body.classList.toggle("is-html", format.value === "html");
});
