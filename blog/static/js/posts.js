// Comfort for the list of posts: the small form opens in the place of its row, and what
// is under way is followed. Without it the form has a page, and a reload shows the bar.

const LOOK_AGAIN_MS = 2_000;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-quick]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  open(link);
});

// The browser reads the page; nothing here makes HTML out of text.
function ask(address, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(body ? "POST" : "GET", address);
    request.responseType = "document";
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", reject);
    request.send(body);
  });
}

async function open(link) {
  const row = link.closest("tr");
  const answer = await ask(link.href).catch(() => null);
  if (!show(answer, row, link)) location.assign(link.href);
}

// Whether the answer holds the form; then it stands below the row.
function show(answer, row, link) {
  const form = answer?.response?.querySelector("form.quick");
  if (!form) return false;
  close();
  const place = document.createElement("tr");
  const cell = place.insertCell();
  place.className = "in-place";
  cell.colSpan = row.cells.length;
  cell.append(document.adoptNode(form));
  row.after(place);
  const back = () => { close(); link.focus(); };
  form.querySelector("[data-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    back();
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") back(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, row, link);
  });
  (form.querySelector("[role=alert]") ?? form.elements.title).focus();
  return true;
}

function close() {
  document.querySelector(".in-place")?.remove();
}

async function send(form, row, link) {
  const button = form.querySelector("button");
  button.disabled = true;
  const typed = new URLSearchParams(new FormData(form));
  const answer = await ask(form.action, typed).catch(() => null);
  button.disabled = false;
  if (answer?.status === 200) {
    // The list came with it, and says what was done only once.
    const list = document.adoptNode(answer.response.querySelector("#content"));
    document.querySelector("#content").replaceWith(list);
    history.replaceState(null, "", answer.responseURL);
    (document.getElementById(row.id)?.querySelector("[data-quick]") ?? list).focus();
  } else if (!show(answer, row, link)) {
    form.submit(); // the page says what is wrong
  }
}

// What is under way
const bars = document.querySelector("[data-under-way]");

async function follow() {
  const answer = await ask(location.href).catch(() => null);
  const now = answer?.response?.querySelector("[data-under-way]");
  if (!now) return;
  bars.replaceChildren(...document.adoptNode(now).childNodes);
  if (bars.querySelector("progress")) setTimeout(follow, LOOK_AGAIN_MS);
  else location.reload();
}

if (bars?.querySelector("progress")) setTimeout(follow, LOOK_AGAIN_MS);
