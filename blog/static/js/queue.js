// Emptying the queue from the keyboard. Single keys do something only while the focus is
// in the list and not in a field, so they are in nobody's way (WCAG 2.1.4).

const BUTTONS = { a: "approve", s: "spam", t: "trash" };
const GOING_ON = "queue-going-on";

const queue = document.querySelector("[data-queue]");

if (queue) {
  document.querySelector("[data-queue-keys]").hidden = false;
  queue.addEventListener("keydown", press);
  // After a press the page comes again; who came by keyboard goes on with the first.
  if (sessionStorage.getItem(GOING_ON)) {
    sessionStorage.removeItem(GOING_ON);
    queue.querySelector(":scope > li")?.focus();
  }
}

function press(event) {
  const isTyping = event.target.matches("textarea, input:not([type=checkbox])");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const here = event.target.closest("[data-queue] > li");
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    const there = key === "j" ? here.nextElementSibling : here.previousElementSibling;
    there?.focus();
    event.preventDefault();
  } else if (key in BUTTONS) {
    const button = here.querySelector(`button[name="${BUTTONS[key]}"]`);
    if (button) {
      sessionStorage.setItem(GOING_ON, "1");
      button.click();
    }
    event.preventDefault();
  }
}
