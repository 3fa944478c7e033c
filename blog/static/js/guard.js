// Ask before a page with unsaved words is left.

export function guard(form) {
  const stored = (control) => {
    if (control.type === "checkbox" || control.type === "radio") return control.checked === control.defaultChecked;
    if (control.tagName === "SELECT") {
      return [...control.options].every((option) => option.selected === option.defaultSelected) ||
        ![...control.options].some((option) => option.defaultSelected);
    }
    return !("defaultValue" in control) || control.value === control.defaultValue;
  };
  // A page that came back with errors holds what was typed as its defaults.
  const cameBack = document.querySelector("[role=alert]") !== null;
  let leaving = false;
  form.addEventListener("submit", (event) => {
    leaving = event.submitter?.formTarget !== "_blank";
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (cameBack || ![...form.elements].every(stored))) event.preventDefault();
  });
}
