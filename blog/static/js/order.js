// Dragging the rows of an order, up and down and deeper. Without it, and from the
// keyboard, the buttons beside each row do the same. The form is sent where it ends.

const STEP = 32; // pixels to the side for a level

for (const list of document.querySelectorAll("[data-order]")) {
  for (const row of list.children) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.setAttribute("aria-hidden", "true");
    grip.textContent = "⠿";
    grip.addEventListener("pointerdown", (event) => drag(list, row, grip, event));
    row.prepend(grip);
  }
}

function drag(list, row, grip, start) {
  if (start.button !== 0) {
    return;
  }
  start.preventDefault();
  const before = written(list);
  const deepest = Number(list.dataset.deepest);
  const depth = depthOf(row);
  const block = [row, ...below(row)];
  const height = Math.max(...block.map(depthOf)) - depth;
  const direction = getComputedStyle(list).direction === "rtl" ? -1 : 1;
  grip.setPointerCapture(start.pointerId);
  block.forEach((each) => each.classList.add("is-dragged"));

  const move = (event) => {
    place(list, block, event.clientY);
    const aside = Math.round(((event.clientX - start.clientX) * direction) / STEP);
    const above = row.previousElementSibling;
    const after = block.at(-1).nextElementSibling;
    const most = above ? Math.min(depthOf(above) + 1, deepest - height) : 0;
    const last = depthOf(block.at(-1)) - depthOf(row);
    const least = after ? Math.max(0, depthOf(after) - 1 - last) : 0;
    const wanted = Math.max(Math.min(depth + aside, most), Math.min(least, most));
    const by = wanted - depthOf(row);
    block.forEach((each) => setDepth(each, depthOf(each) + by));
  };
  const end = () => {
    grip.removeEventListener("pointermove", move);
    block.forEach((each) => each.classList.remove("is-dragged"));
    if (written(list) !== before) {
      const form = list.closest("form");
      form.elements[list.dataset.order].value = written(list);
      form.requestSubmit();
    }
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("lostpointercapture", end, { once: true });
}

// Puts the other rows before or behind those that are dragged, which stay what the
// pointer holds: an element that is moved in its document loses it.
function place(list, block, y) {
  const others = [...list.children].filter((each) => !block.includes(each));
  const isAbove = (each) => {
    const box = each.getBoundingClientRect();
    return box.top + box.height / 2 < y;
  };
  const number = others.findIndex((each) => !isAbove(each));
  const behind = number < 0 ? [] : others.slice(number);
  for (const each of others.filter((other) => !behind.includes(other))) {
    if (follows(each, block[0])) {
      list.insertBefore(each, block[0]);
    }
  }
  for (const each of behind.reverse()) {
    if (!follows(each, block[0])) {
      block.at(-1).after(each);
    }
  }
}

function follows(row, other) {
  return Boolean(other.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
}

function below(row) {
  const found = [];
  let next = row.nextElementSibling;
  while (next && depthOf(next) > depthOf(row)) {
    found.push(next);
    next = next.nextElementSibling;
  }
  return found;
}

function depthOf(row) {
  return Number(row.dataset.depth);
}

function setDepth(row, depth) {
  row.classList.replace(`depth-${row.dataset.depth}`, `depth-${depth}`);
  row.dataset.depth = depth;
}

function written(list) {
  return [...list.children].map((row) => `${row.dataset.id}:${row.dataset.depth}`).join(" ");
}
