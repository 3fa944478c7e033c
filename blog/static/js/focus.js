// After a press that changes something the same page comes again. The focus goes back to
// where it was; where that is gone, to the row that took its place. Without it, whoever
// has no mouse begins at the top of the page each time.

const PLACE = "recto-focus";
const USABLE = "a[href], button:enabled, input:enabled:not([type=hidden]), select, textarea";

// What makes two elements of two pages the same.
function named(element) {
  const { id, name, value, type, form } = element;
  return id || [type === "text" ? "" : value, name, form?.getAttribute("action")].join(" ");
}

// Rows have ids such as "post-12"; those of one list begin with the same word.
function rows(id) {
  const [, word] = /^([a-z]+)-\d+$/.exec(id) ?? [];
  return word ? [...document.querySelectorAll(`main :is(tr, li)[id^="${word}-"]`)] : [];
}

addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const focused = document.activeElement;
  const here = focused.form === form ? focused : submitter; // Safari gives it to no button
  if (!here || event.defaultPrevented || form.method !== "post" || submitter?.formTarget === "_blank") return;
  const row = here.closest("main :is(tr, li)[id]");
  const place = { path: location.pathname, name: named(here), row: row?.id ?? "" };
  place.number = rows(place.row).indexOf(row);
  sessionStorage.setItem(PLACE, JSON.stringify(place));
});

function back({ name, row: id, number }) {
  const same = [...document.querySelectorAll(USABLE)].find((each) => named(each) === name);
  const row = document.getElementById(id);
  const near = row?.querySelector("button:enabled") ?? row?.querySelector("a[href]");
  const now = rows(id);
  const next = now[Math.min(number, now.length - 1)]?.querySelector("a[href], button:enabled");
  const to = same ?? near ?? next ?? document.querySelector("main");
  to.focus({ preventScroll: to.closest(".bulk") }); // always in sight
  // What was there from the start is not read out; what is put there is.
  const told = document.querySelector(".notices");
  told.append(...told.childNodes);
}

const place = JSON.parse(sessionStorage.getItem(PLACE));
sessionStorage.removeItem(PLACE);
if (place?.path === location.pathname) {
  // After the first frame, with which the page itself and its address give the focus.
  requestAnimationFrame(() => setTimeout(() => {
    if (document.activeElement === document.body) back(place);
  }));
}
