// Comfort for the settings; without it everything works as well.

import { guard } from "./guard.js";

const form = document.querySelector("form.settings");
guard(form);

// Who types a structure of their own means to use it.
form.elements.permalink_structure.addEventListener("input", () => {
  form.querySelector("input[name=permalink_preset][value=custom]").checked = true;
});
