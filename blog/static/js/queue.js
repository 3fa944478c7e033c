// Emptying the queue from the keyboard. The keys press what stands on the page; they do
// nothing while somebody types, with a modifier, or once they are switched off, so that
// they are in nobody's way (WCAG 2.1.4).

const BUTTONS = { a: ["approve", "restore"], s: ["spam"], d: ["trash"] };
const OFF = "queue-keys-off";
const PLACE = "queue-place";

const queue = document.querySelector("[data-queue]");
const undo = document.querySelector("[data-undo]");

if (queue || undo) {
  document.addEventListener("keydown", press);
}
if (queue) {
  document.querySelector("[data-queue-keys]").hidden = false;
  offerSwitch(document.querySelector("[data-keys-on]"));
  goOn();
}

// After a press the page comes again, at the comment that was next. Where that is not
// known, as after the last one of a page, the place in the list is what is left.
function goOn() {
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  const next = location.hash && document.getElementById(location.hash.slice(1));
  if (next) {
    next.focus();
  } else if (place !== null) {
    const items = queue.children;
    items[Math.min(Number(place), items.length - 1)].focus();
  }
}

function offerSwitch(box) {
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => {
    if (box.checked) {
      localStorage.removeItem(OFF);
    } else {
      localStorage.setItem(OFF, "1");
    }
  });
}

function press(event) {
  if (
    event.defaultPrevented ||
    event.repeat ||
    event.ctrlKey || event.metaKey || event.altKey ||
    localStorage.getItem(OFF) ||
    event.target.matches("textarea, select, input:not([type=checkbox]), [contenteditable]")
  ) {
    return;
  }
  const key = event.key === "?" ? "?" : event.shiftKey ? "" : event.key.toLowerCase();
  if (act(key, document.activeElement.closest("[data-queue] > li"))) {
    event.preventDefault();
  }
}

// Whether the key means anything; ``here`` is the comment with the focus, if one has it.
function act(key, here) {
  if (key === "u" && undo) {
    return submit(undo.querySelector("button"), here);
  }
  if (!queue) {
    return false;
  }
  if (key === "?") {
    document.querySelector("[data-keys-help]").togglePopover();
  } else if (key === "j" || key === "k") {
    move(key === "j", here);
  } else if (key in BUTTONS) {
    return pressButton(BUTTONS[key], here);
  } else if (here && key === "x") {
    here.querySelector("input[name=ids]").click();
  } else if (here && (key === "r" || key === "e")) {
    here.querySelector(`[data-key=${key}]`)?.click();
  } else {
    return false;
  }
  return true;
}

function move(isDown, here) {
  if (!here) {
    (isDown ? queue.firstElementChild : queue.lastElementChild).focus();
  } else {
    (isDown ? here.nextElementSibling : here.previousElementSibling)?.focus();
  }
}

// What is selected goes first; else it is about the comment with the focus.
function pressButton(names, here) {
  const isSelected = queue.querySelector("input[name=ids]:checked") !== null;
  const within = isSelected ? document.getElementById("selection") : here;
  for (const name of within ? names : []) {
    const wanted = isSelected ? `button[value=${name}]` : `button[name=${name}]`;
    const button = within.querySelector(wanted);
    if (button) {
      return submit(button, here);
    }
  }
  return within !== null;
}

function submit(button, here) {
  sessionStorage.setItem(PLACE, here ? [...queue.children].indexOf(here) : 0);
  button.click();
  return true;
}
