// How far an import is, asked for every two seconds. At its end the page is loaded anew,
// unless somebody is at something on it: then a link leads to the report.

const LOOK_AGAIN_MS = 2_000;

const place = document.querySelector("[data-import]");
const bar = place?.querySelector("progress");

async function look() {
  let found = null;
  try {
    const answer = await fetch(place.dataset.import, { headers: { Accept: "application/json" } });
    if ([401, 403, 404].includes(answer.status) || answer.redirected) return; // logged out, most likely
    if (answer.ok) found = await answer.json();
  } catch {
    // away for a moment
  }
  if (found) show(found);
  if (!found?.is_over) setTimeout(look, LOOK_AGAIN_MS);
}

function show({ step, pace, done, total, is_over: isOver }) {
  const heading = place.querySelector("[data-step]");
  if (heading.textContent !== step) {
    heading.textContent = step;
    place.querySelector("[data-told]").textContent = step; // aloud, and not every number
  }
  place.querySelector("[data-pace]").textContent = pace;
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
  if (!isOver) return;
  if (document.activeElement === document.body) location.reload();
  else place.querySelector("[data-over]").hidden = false;
}

if (place) setTimeout(look, LOOK_AGAIN_MS);
