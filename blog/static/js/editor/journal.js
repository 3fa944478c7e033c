// Every keystroke, kept in this browser until the server has it. Each page writes under a
// key of its own, so two windows on one post take nothing from each other.

const PREFIX = "recto-words";
const EVERY = 250; // milliseconds
const NOT_KEPT = new Set(["csrf_token", "post_password"]);
// Changed by the server itself, or no words of the writer's.
const NOT_COMPARED = new Set(["version", "draft_key", "slug", "published_at"]);
export const TEXTS = ["title", "body", "excerpt"];

// All that stands in the form: {name: [value, …]}.
export function fields(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (!NOT_KEPT.has(name)) (found[name] ??= []).push(value.replaceAll("\r\n", "\n"));
  }
  return found;
}

// What the server sent: a browser that goes back puts in again what had been typed.
export function served(form) {
  const sent = form.cloneNode(true);
  sent.reset();
  return fields(sent);
}

export function differ(one, other, names) {
  names ??= [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => !NOT_COMPARED.has(name));
  const flat = (from, name) => (from[name] ?? []).map((value) => value.normalize("NFC").trim()).join("\n");
  return names.some((name) => flat(one, name) !== flat(other, name));
}

export function journal(form) {
  const page = Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  const stored = served(form);
  let key = null;
  let timer = null;
  let isFailing = false;

  function write(more) {
    clearTimeout(timer);
    timer = null;
    const before = key;
    key = `${PREFIX}:${form.dataset.writer}:${form.dataset.place}:${page}`;
    const entry = { at: Date.now(), address: location.pathname, fields: fields(form), ...more };
    try {
      localStorage.setItem(key, JSON.stringify(entry));
      if (before && before !== key) localStorage.removeItem(before);
      isFailing = false;
    } catch {
      isFailing = true; // full, or forbidden
    }
  }

  // Others that are open know by this that the words are being looked after.
  navigator.locks?.request(`${PREFIX}:${page}`, () => new Promise(() => {}));
  for (const name of ["input", "change"]) {
    form.addEventListener(name, () => { timer ??= setTimeout(write, EVERY); });
  }
  for (const name of ["pagehide", "visibilitychange"]) {
    addEventListener(name, () => { if (timer) write(); }, true);
  }
  addEventListener("beforeunload", (event) => {
    if (timer) write();
    if (isFailing) event.preventDefault();
  });
  if (form.dataset.cameBack) write();

  return {
    get key() { return key; },
    get isFailing() { return isFailing; },
    write,
    // The server has these texts; what else was changed waits for the form to be sent.
    confirm(saved) {
      const now = fields(form);
      const rest = Object.keys(now).filter((name) => !TEXTS.includes(name) && !NOT_COMPARED.has(name));
      isFailing = false;
      if (key && !differ(now, saved, TEXTS) && !differ(now, stored, rest)) {
        clearTimeout(timer);
        timer = null;
        localStorage.removeItem(key);
      }
    },
  };
}

// What earlier pages left behind: of this post, or on the page of a new one of everything.
// [{key, at, address, fields}], the newest first. What has arrived is forgotten.
export async function left(form, words) {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const open = new Set(held.map((lock) => lock.name));
  const place = `${PREFIX}:${form.dataset.writer}:`;
  const isNew = form.dataset.place.endsWith("-new");
  const here = fields(form);
  const found = [];
  for (const key of Object.keys(localStorage)) {
    const [, , where, page] = key.split(":");
    if (!key.startsWith(place) || key === words.key || open.has(`${PREFIX}:${page}`)) continue;
    const isOfThis = where === form.dataset.place;
    if (!isOfThis && !isNew && !isSent(key)) continue;
    const entry = read(key);
    if (!entry) continue;
    const hasArrived = !differ(entry.fields, here, entry.sent ? TEXTS : undefined);
    if (hasArrived && (isOfThis || entry.sent)) {
      if (!words.isFailing) localStorage.removeItem(key);
    } else if (isOfThis || isNew) found.push({ key, isOfThis, ...entry });
  }
  return found.sort((one, other) => other.at - one.at);
}

const isSent = (key) => Boolean(read(key)?.sent);

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}
