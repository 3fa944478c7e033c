// Sends the text to the server when its writer pauses, beside the stored post and never
// into it, and says how that went.

import { fields, served, TEXTS, differ } from "./journal.js";

const PAUSE = 2_000;
const EVERY = 10_000; // not sooner again, and not later while somebody types on
const LONGEST = 60_000;

export function autosave(form, words, waiting) {
  const line = form.querySelector("[data-standing]");
  const news = form.querySelector("[data-saving-news]");
  const login = form.querySelector("[data-login]");
  const compare = form.querySelector("[data-compare]");
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
  let saved = served(form);
  let began = null; // when the first word came that the server has not
  let sentAt = -Infinity;
  let failures = 0;
  let timer = null;
  let isSending = false;
  let isRenewed = false; // the token that goes with the login

  function say(state, detail = "") {
    const said = (line.dataset[state] ?? "").replace("{}", detail);
    const isTrouble = !["saving", "saved"].includes(state);
    const text = isTrouble && words.isFailing ? `${said} ${line.dataset.unkept}` : said || detail;
    if (line.textContent === text) return;
    line.textContent = text;
    line.classList.toggle("is-trouble", isTrouble);
    if (isTrouble || news.textContent) news.textContent = text; // routine is not read out
    login.hidden = state !== "out";
    compare.hidden = state !== "conflict";
  }

  function plan(delay) {
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, delay));
  }

  function changed() {
    const now = fields(form);
    if (!differ(now, saved, [...TEXTS, "format"])) return;
    const at = performance.now();
    began ??= at;
    if (failures) return; // it is being tried again as it is
    plan(Math.max(sentAt + EVERY, Math.min(at + PAUSE, began + EVERY)) - at);
  }

  async function save() {
    const text = fields(form);
    if (isSending || !TEXTS.some((name) => text[name]?.[0].trim())) return;
    isSending = true;
    began = null;
    sentAt = performance.now();
    say("saving");
    const sending = send(form);
    if (form.dataset.place.endsWith("-new")) waiting.add(sending);
    const answer = await sending;
    waiting.delete(sending);
    isSending = false;
    hear(answer, text);
    changed();
  }

  function hear({ status, told }, text) {
    const isKept = status === 200 || status === 201 || status === 409;
    failures = isKept ? 0 : failures + 1;
    if (isKept || status === 401) isRenewed = false;
    if (isKept) {
      saved = text;
      if (told.edit) settle(form, told, words, status);
      words.confirm(text);
      compare.href = told.theirs?.compare ?? "";
      say(status === 409 ? "conflict" : "saved", clock.format(new Date()));
    } else if (status === 400 && told.csrf_token && !isRenewed) {
      isRenewed = true;
      form.elements.csrf_token.value = told.csrf_token; // another login, the same person
      plan(0);
    } else if (status === 401) {
      say("out");
      plan(LONGEST / 2);
    } else if (status >= 500 || status === 0 || status === 429) {
      say("down");
      plan(Math.min(LONGEST, PAUSE * 2 ** (failures - 1)));
    } else {
      failures = 0;
      saved = text; // the same again would be refused again
      say("refused", told.error ?? "");
    }
  }

  form.addEventListener("input", changed);
  form.elements.format.addEventListener("change", changed);
  const hurry = () => { if (failures && !document.hidden) plan(0); };
  for (const name of ["online", "focus", "visibilitychange"]) addEventListener(name, hurry, true);
}

// {status, told}; 0 where nobody answered.
async function send(form) {
  const sent = new URLSearchParams();
  for (const name of [...TEXTS, "format", "version", "draft_key", "csrf_token"]) {
    if (form.elements[name]) sent.set(name, form.elements[name].value);
  }
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body: sent,
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(20_000),
    });
    return { status: answer.status, told: await answer.json().catch(() => ({})) };
  } catch {
    return { status: 0, told: {} };
  }
}

// From now on the page is the editor of the draft that was made. If others have saved it
// since, the version stays unknown, so that theirs is not written over unasked.
function settle(form, told, words, status) {
  form.dataset.place = form.dataset.place.replace(/new$/, told.id);
  form.dataset.autosave = told.autosave;
  form.dataset.preview = `${told.edit}preview`;
  form.action = told.edit;
  if (status !== 409) form.elements.version.value = told.version;
  form.querySelector("[formaction$=preview]").setAttribute("formaction", form.dataset.preview);
  history.replaceState(null, "", told.edit);
  if (words.key) words.write(); // under its new name
}
