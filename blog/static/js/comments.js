// Comfort for who writes a comment; without it everything works as well.

const form = document.querySelector(".comment-form");
if (form) {
  const text = form.elements.comment;
  // Storage may be forbidden, or full; then nothing is kept, and nothing else breaks.
  const storage = (kind) => ({
    read(key) {
      try { return JSON.parse(window[kind].getItem(key)); } catch { return null; }
    },
    write(key, value) {
      try { window[kind].setItem(key, JSON.stringify(value)); } catch { /* not kept */ }
    },
    remove(key) {
      try { window[kind].removeItem(key); } catch { /* was not kept */ }
    },
  });

  keepDraft(storage("sessionStorage"));
  rememberWhoWrites(storage("localStorage"));
  countWhatIsLeft();

  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button:not([name])"));
    }
  });

  // What was typed is there again when the tab is opened again, as long as it was not
  // sent. Each post, and each answer to somebody, has a draft of its own.
  function keepDraft(session) {
    const page = new URL(form.action).pathname;
    const key = `draft ${page} ${form.elements.comment_parent.value}`;
    const sentKey = `sent ${page}`;
    const arrived = /^#comment-\d+$/.test(location.hash);
    const sent = session.read(sentKey);
    session.remove(sentKey);
    if (sent && arrived) session.remove(sent);
    const draft = session.read(key);
    if (!text.value && typeof draft === "string") text.value = draft;
    const keep = () => (text.value ? session.write(key, text.value) : session.remove(key));
    text.addEventListener("input", keep);
    if (text.value) keep();
    form.addEventListener("submit", (event) => {
      keep();
      if (event.submitter?.name !== "preview") session.write(sentKey, key);
    });
  }

  // Only if asked to, only in this browser, and gone as soon as the mark is taken away.
  function rememberWhoWrites(local) {
    const box = form.querySelector("#remember");
    if (!box) return;
    const key = "commenter";
    const names = ["author", "email", "url"];
    const known = local.read(key);
    box.closest("[hidden]").hidden = false;
    box.checked = known !== null;
    if (known && names.every((name) => !form.elements[name].value)) {
      for (const name of names) form.elements[name].value = known[name] ?? "";
    }
    const remember = () => local.write(
      key, Object.fromEntries(names.map((name) => [name, form.elements[name].value])));
    box.addEventListener("change", () => (box.checked ? remember() : local.remove(key)));
    form.addEventListener("submit", () => { if (box.checked) remember(); });
  }

  // The server counts bytes of UTF-8, in which letters of other scripts are longer. So
  // what is left is told in letters like those that were typed, and only near the end.
  function countWhatIsLeft() {
    const place = form.querySelector(".count");
    const limit = Number(form.dataset.limit);
    const encoder = new TextEncoder();
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const count = () => {
      const typed = text.value.normalize("NFC");
      const bytes = encoder.encode(typed).length;
      const left = limit - bytes;
      const letters = Math.ceil(Math.abs(left) * (typed.length / Math.max(bytes, 1)));
      place.hidden = left > limit / 10;
      place.classList.toggle("errors", left < 0);
      const sentence = left < 0 ? place.dataset.over : place.dataset.left;
      place.textContent = place.hidden ? "" : sentence.replace("{number}", number.format(letters));
    };
    // Not after each letter: a screen reader would read it out each time.
    let waiting;
    text.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(count, 300);
    });
    count();
  }
}
