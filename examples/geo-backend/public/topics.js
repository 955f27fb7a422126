import { element } from "./elements.js";

/** @typedef {import("./connection.js").Topic} Topic */

const list = element("list", HTMLUListElement);
const empty = element("empty", HTMLElement);
const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * Shows exactly these topics.
 *
 * @param {Topic[]} topics
 * @param {(id: string) => void} onDelete
 */
export function showTopics(topics, onDelete) {
  list.replaceChildren(...topics.map((topic) => item(topic, onDelete)).reverse());
  update();
}

/**
 * @param {Topic} topic
 * @param {(id: string) => void} onDelete
 */
export function addTopic(topic, onDelete) {
  list.prepend(item(topic, onDelete));
  update();
}

/** @param {string} id */
export function removeTopic(id) {
  for (const child of list.children)
    if (child instanceof HTMLElement && child.dataset.id === id) child.remove();
  update();
}

/** Nothing can be deleted while there is no connection. @param {boolean} isAllowed */
export function allowDeleting(isAllowed) {
  for (const button of list.querySelectorAll("button")) button.disabled = !isAllowed;
}

function update() {
  empty.hidden = list.children.length > 0;
}

/**
 * @param {Topic} topic
 * @param {(id: string) => void} onDelete
 */
function item({ id, title, createdAt }, onDelete) {
  const row = document.createElement("li");
  row.dataset.id = id;
  const text = Object.assign(document.createElement("span"), { className: "title", textContent: title });
  const time = Object.assign(document.createElement("time"), {
    dateTime: createdAt,
    textContent: when.format(new Date(createdAt)),
  });
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "quiet",
    textContent: "Delete",
    ariaLabel: `Delete ${title}`,
  });
  button.addEventListener("click", () => onDelete(id));
  row.append(text, time, button);
  return row;
}
