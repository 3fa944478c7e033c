// The fields beside the text.

export function fit(form) {
  const { visibility, published_at: date, format, body } = form.elements;
  const publish = form.querySelector("button[data-later]");

  // "Publish" says "Schedule" as soon as the date is still to come by the site's clocks,
  // and what it does when the post is to be private.
  function say() {
    const { now, later, private: hidden, clock } = publish.dataset;
    publish.textContent = visibility.value === "private" ? hidden : date.value > clock ? later : now;
  }

  // What does not go with the visibility chosen is out of sight, and not sent.
  function show() {
    toggle(form.elements.post_password, visibility.value === "protected");
    toggle(form.elements.sticky, visibility.value !== "private");
    if (publish) say();
  }

  // Markdown is prose, HTML is code: each in its own face.
  function face() {
    body.classList.toggle("is-html", format.value === "html");
    form.classList.toggle("is-html-desk", format.value === "html");
  }

  if (publish) date.addEventListener("input", say);
  if (visibility) {
    for (const choice of visibility) choice.addEventListener("change", show);
    show();
  }
  format.addEventListener("change", face);
  face();
}

function toggle(control, isWanted) {
  if (!control) return;
  control.disabled = !isWanted;
  control.closest(".field").hidden = !isWanted;
}
