// Comfort for the library: files are chosen, dropped or pasted, each goes with a bar of
// its own, and pictures show by themselves once their sizes are made. Without it the
// form sends them all, and a reload shows the rest.

const LOOK_AGAIN_MS = 2_000;

const form = document.querySelector("form[data-upload]");

if (form) {
  form.querySelector("[data-drop]").hidden = false;
  form.querySelector("button").hidden = true; // they go as soon as they are chosen
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = form.elements.file;
    send([...field.files]);
    field.value = "";
  });
  form.elements.file.addEventListener("change", () => form.requestSubmit());
  document.addEventListener("paste", (event) => take(event, event.clipboardData));
  document.addEventListener("drop", (event) => {
    mark(false);
    take(event, event.dataTransfer);
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(false);
  });
}

function mark(isOver) {
  form.classList.toggle("is-over", isOver);
}

function take(event, transfer) {
  const files = [...transfer.files];
  if (!files.length || event.target.closest?.("input[type=file]")) return;
  event.preventDefault();
  send(files);
}

let sending = Promise.resolve();

// One after the other, in the order in which they were given.
function send(files) {
  const going = files.map((file) => [file, row(file)]);
  for (const [file, place] of going) sending = sending.then(() => one(file, place));
  sending = sending.then(refresh);
}

function row(file) {
  const place = document.createElement("li");
  const label = document.createElement("label");
  const bar = document.createElement("progress");
  const name = document.createElement("bdi");
  bar.max = file.size || 1;
  bar.value = 0;
  name.textContent = file.name;
  label.append(name, " ", bar);
  place.append(label, document.createElement("span"));
  form.querySelector("[data-list]").append(place);
  return place;
}

async function one(file, place) {
  const words = form.dataset;
  const note = place.querySelector("span");
  const bar = place.querySelector("progress");
  const answer = file.size > Number(words.max) ? { error: words.large } : await post(file, (share) => {
    bar.value = share * bar.max;
    note.textContent = share < 1 ? "" : words.sending;
  });
  bar.remove();
  const item = answer.items?.[0];
  place.classList.toggle("is-refused", !item);
  note.textContent = item ? words.done : answer.errors?.[0]?.error ?? answer.error ?? words.refused;
  if (item?.state === "waiting") {
    note.textContent = words.resizing;
    place.dataset.sizes = item.id;
    const endless = document.createElement("progress");
    endless.setAttribute("aria-label", words.resizing);
    place.querySelector("label").after(endless);
  }
  form.querySelector("[data-told]").textContent = `${file.name}: ${note.textContent}`;
}

function post(file, tell) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token.value);
    body.append("file", file);
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) tell(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      resolve(request.response ?? { error: request.status ? form.dataset.refused : form.dataset.lost });
    });
    request.send(body);
  });
}

// The list as it is now; the browser reads the page, nothing here makes HTML out of text.
async function refresh() {
  document.dispatchEvent(new CustomEvent("recto:work"));
  const now = await list();
  if (now) {
    const here = document.querySelector("[data-library]");
    for (const { value } of here.querySelectorAll("[name=ids]:checked")) {
      now.querySelector(`[name=ids][value="${value}"]`)?.setAttribute("checked", "");
    }
    here.replaceWith(document.adoptNode(now));
  }
  look();
}

function list() {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.addEventListener("loadend", () => resolve(request.response?.querySelector("[data-library]")));
    request.send();
  });
}

// Pictures whose sizes are being made
let timer;

async function look() {
  clearTimeout(timer);
  const waiting = [...document.querySelectorAll("[data-making], [data-sizes]")];
  const address = document.querySelector("[data-states]")?.dataset.states;
  if (!waiting.length || !address) return;
  const ids = new Set(waiting.map(({ dataset }) => dataset.making ?? dataset.sizes));
  const query = new URLSearchParams([...ids].map((id) => ["ids", id]));
  try {
    const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return; // logged out, most likely
    const states = await answer.json();
    for (const mark of waiting) settle(mark, states[mark.dataset.making ?? mark.dataset.sizes]);
  } catch {
    // away for a moment
  }
  timer = setTimeout(look, LOOK_AGAIN_MS);
}

function settle(mark, now) {
  if (now?.state === "waiting") return;
  if (mark.dataset.sizes) {
    delete mark.dataset.sizes;
    mark.querySelector("progress")?.remove();
    mark.querySelector("span").textContent = form.dataset.done;
    return;
  }
  const thumb = mark.closest("li")?.querySelector(".thumb");
  if (thumb && now?.thumbnail) {
    const picture = document.createElement("img");
    picture.src = now.thumbnail;
    picture.alt = "";
    thumb.replaceChildren(picture);
  } else if (!thumb) {
    location.reload(); // the page of one file
  }
  mark.remove();
}

look();
