// The reader's own page beside the text. The form is sent into a frame behind the one that
// is seen, so no string becomes markup; each is new, so that "back" leads through none.

const PAUSE = 200; // milliseconds without a key
const PATIENCE = 15_000;
const WIDE = matchMedia("(min-width: 62rem)");
const VIEW = "recto-view";

export function mirror(form) {
  const pane = form.querySelector("[data-mirror]");
  const views = form.querySelectorAll("[data-view]");
  let seen = null;
  let coming = null;
  let isOld = true; // what is seen is not what is written
  let timer;

  const isOpen = () => form.dataset.show === "read" || (form.dataset.show === "beside" && WIDE.matches);

  function refresh() {
    if (coming || !isOld || !isOpen()) return;
    const began = performance.now();
    isOld = false;
    const frame = document.createElement("iframe");
    frame.name = `preview-${began}`;
    frame.title = pane.dataset.label;
    frame.className = "is-coming";
    frame.setAttribute("sandbox", "allow-same-origin"); // no scripts
    pane.append(frame);
    coming = frame;
    const giveUp = setTimeout(() => done(false), PATIENCE);
    frame.addEventListener("load", () => {
      if (page(frame)?.URL === "about:blank") return;
      clearTimeout(giveUp);
      done(page(frame)?.querySelector("article") != null);
    });
    send(form, frame.name, form.dataset.preview);

    function done(isWell) {
      coming = null;
      pane.classList.toggle("is-stale", !isWell);
      if (!isWell) frame.remove();
      else {
        const top = seen?.contentWindow.scrollY ?? 0;
        page(frame).addEventListener("click", (event) => event.preventDefault());
        frame.contentWindow.scrollTo(0, top);
        frame.classList.remove("is-coming");
        seen?.remove();
        seen = frame;
        follow();
        performance.measure("preview", { start: began });
      }
      if (isOld) refresh();
    }
  }

  function follow() {
    if (seen && isOpen()) scrollTo(seen, form.elements.body);
  }

  function show(view) {
    form.dataset.show = view;
    localStorage.setItem(VIEW, view);
    for (const each of views) each.setAttribute("aria-pressed", each.dataset.view === view);
    refresh();
  }

  // What is shown now may end above where the page stood.
  function turn(view) {
    show(view);
    views[0].scrollIntoView({ block: "nearest" });
  }

  for (const each of views) {
    each.addEventListener("click", () => turn(each.dataset.view));
  }
  form.querySelector("[data-next-view]").addEventListener("click", () => {
    turn(isOpen() ? "write" : WIDE.matches ? "beside" : "read");
  });
  for (const name of ["input", "change"]) {
    form.addEventListener(name, () => {
      isOld = true;
      clearTimeout(timer);
      timer = setTimeout(refresh, PAUSE);
    });
  }
  document.addEventListener("selectionchange", () => {
    if (document.activeElement === form.elements.body) requestAnimationFrame(follow);
  });
  WIDE.addEventListener("change", refresh);
  show(localStorage.getItem(VIEW) ?? "write");

  const full = form.querySelector("[data-full]");
  const fill = (isFull) => {
    full.setAttribute("aria-pressed", isFull);
    form.classList.toggle("is-full", isFull);
  };
  full.addEventListener("click", () => fill(full.getAttribute("aria-pressed") !== "true"));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) fill(false);
  });
}

// Sends the form there and leaves it as it was; a button of its is named "submit", too.
function send(form, target, action) {
  const before = [form.target, form.action];
  [form.target, form.action] = [target, action];
  HTMLFormElement.prototype.submit.call(form);
  [form.target, form.action] = before;
}

// The frame's document; null where the browser shows an error of its own.
function page(frame) {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}

const letters = (text) => text.replace(/[^\p{L}\p{N}]+/gu, "");

// Finds the paragraph of the cursor in the page by its letters: of those that hold them
// the one nearest to where it should be.
function scrollTo(frame, area) {
  const { value, selectionStart: at } = area;
  const start = value.lastIndexOf("\n\n", at - 1) + 1;
  const end = value.indexOf("\n\n", at);
  const paragraph = value.slice(start, end < 0 ? undefined : end).replace(/\]\([^)]*\)|<[^>]*>/g, "");
  const wanted = letters(paragraph).slice(0, 60);
  const blocks = [...page(frame).querySelectorAll(".e-content :is(p, li, h1, h2, h3, h4, h5, h6, pre, td, figcaption, img)")];
  const share = (at / (value.length || 1)) * (blocks.length - 1);
  let best = blocks[Math.round(share)];
  let nearest = Infinity;
  for (const [index, block] of blocks.entries()) {
    const text = letters(block.alt ?? block.textContent);
    const isIt = wanted && text && (text.startsWith(wanted) || wanted.startsWith(text.slice(0, 60)));
    if (isIt && Math.abs(index - share) < nearest) {
      nearest = Math.abs(index - share);
      best = block;
    }
  }
  const view = frame.contentWindow;
  if (!best || at === 0) view.scrollTo(0, 0);
  else view.scrollBy(0, best.getBoundingClientRect().top - view.innerHeight / 3);
}
