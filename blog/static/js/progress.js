// The bars of what this person has asked for: asked about every two seconds while there
// are any. Other scripts that begin something say so with the event "recto:work".

const LOOK_AGAIN_MS = 2_000;

const place = document.querySelector("[data-progress]");
const list = place?.querySelector("ul");
let timer;

async function look() {
  clearTimeout(timer);
  let jobs;
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) return; // logged out, most likely
    ({ jobs } = await answer.json());
  } catch {
    jobs = null; // away for a moment
  }
  if (jobs) show(jobs);
  if (!jobs || jobs.length) timer = setTimeout(look, LOOK_AGAIN_MS);
}

function show(jobs) {
  const before = new Map([...list.children].map((row) => [row.dataset.job, row]));
  list.replaceChildren(...jobs.map((job) => {
    const row = before.get(String(job.id)) ?? made(job);
    before.delete(String(job.id));
    return filled(row, job);
  }));
  place.hidden = !jobs.length;
  const ended = [...before.values()].map((row) => row.querySelector("label").textContent);
  if (!ended.length) return;
  place.querySelector("[data-told]").textContent = place.dataset.done.replace("{name}", ended.join(", "));
  document.dispatchEvent(new CustomEvent("recto:done"));
}

function made(job) {
  const row = document.createElement("li");
  const label = document.createElement("label");
  const bar = document.createElement("progress");
  row.dataset.job = job.id;
  bar.id = `progress-${job.id}`;
  label.htmlFor = bar.id;
  label.textContent = job.about ? `${job.label} “${job.about}”` : job.label;
  row.append(label, bar, document.createElement("span"));
  return row;
}

function filled(row, { done, total }) {
  const bar = row.querySelector("progress");
  if (!total) return row;
  bar.max = total;
  bar.value = done;
  row.querySelector("span").textContent = place.dataset.of.replace("{done}", done).replace("{total}", total);
  return row;
}

if (place) {
  document.addEventListener("recto:work", look);
  if (list.children.length) timer = setTimeout(look, LOOK_AGAIN_MS);
}
