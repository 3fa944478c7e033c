// Changes of a text that the browser's own undo takes back.

export function put(area, text, from = area.selectionStart, to = area.selectionEnd) {
  area.focus();
  area.setSelectionRange(from, to);
  const isDone = from === to && !text ? true : document.execCommand(text ? "insertText" : "delete", false, text);
  if (isDone && area.value.slice(from, from + text.length) === text) return;
  area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

// Puts `text` in the place of `old`, wherever somebody is writing meanwhile.
export function replace(area, old, text) {
  const at = area.value.indexOf(old);
  if (at < 0) return;
  const { selectionStart, selectionEnd } = area;
  const focused = document.activeElement;
  put(area, text, at, at + old.length);
  const moved = (place) => {
    if (place <= at) return place;
    return place < at + old.length ? at + text.length : place + text.length - old.length;
  };
  area.setSelectionRange(moved(selectionStart), moved(selectionEnd));
  if (focused !== area) focused?.focus({ preventScroll: true });
}

// A snippet with `{}` for what is selected. One that is a block stands apart from the
// text around; where it holds several lines, what stands before `{}` does so before each.
export function insert(area, snippet, isBlock) {
  const { value, selectionStart: from, selectionEnd: to } = area;
  const [, before, marker] = /^([^]*?)([^\n]*)\{\}/.exec(snippet) ?? [null, snippet, ""];
  const after = snippet.slice(before.length + marker.length + 2);
  const chosen = value.slice(from, to);
  const lead = isBlock ? gap(value.slice(0, from).match(/\n*$/)[0].length, from === 0) : "";
  const trail = isBlock ? gap(value.slice(to).match(/^\n*/)[0].length, false) : "";
  const inner = marker + (isBlock ? chosen.replaceAll("\n", `\n${marker}`) : chosen);
  put(area, lead + before + inner + after + trail, from, to);
  const end = from + lead.length + before.length + inner.length;
  area.setSelectionRange(end - (chosen ? inner.length - marker.length : 0), end);
}

function gap(breaks, isEdge) {
  return isEdge ? "" : "\n".repeat(Math.max(0, 2 - breaks));
}
