// The words that are marked in the text are the passage that a new note is about.

const text = document.querySelector("#editor [name=body]");
const form = document.querySelector("#new-note");
let marked = "";

if (text && form) {
  text.addEventListener("blur", () => {
    marked = text.value.slice(text.selectionStart, text.selectionEnd).trim();
  });
  form.elements.note.addEventListener("focus", () => {
    const quote = form.elements.quote;
    if (marked && !quote.value) quote.value = marked.slice(0, quote.maxLength);
    marked = "";
  });
}
