/**
 * The element with that id.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type what it must be
 * @returns {T}
 */
export function element(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`expected #${id} to be a ${type.name}`);
}

/**
 * Shows a text, or hides the place for it when there is none.
 *
 * @param {HTMLElement} place
 * @param {string} [text]
 */
export function show(place, text = "") {
  place.textContent = text;
  place.hidden = text === "";
}
