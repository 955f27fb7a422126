import { Connection } from "./connection.js";
import { element, show } from "./elements.js";
import { showState } from "./state.js";
import { forgetToken, keepToken, readToken } from "./token.js";
import { addTopic, allowDeleting, removeTopic, showTopics } from "./topics.js";

/**
 * @typedef {import("./connection.js").Message} Message
 * @typedef {import("./connection.js").State} State
 */

const login = element("login", HTMLFormElement);
const loginError = element("login-error", HTMLElement);
const tokenField = element("token", HTMLInputElement);
const who = element("who", HTMLElement);
const userName = element("user-name", HTMLElement);
const connectionCard = element("connection", HTMLElement);
const topics = element("topics", HTMLElement);
const create = element("create", HTMLFormElement);
const createButton = element("create-button", HTMLButtonElement);
const title = element("title", HTMLInputElement);
const notice = element("notice", HTMLElement);

/** @type {Connection | undefined} */
let connection;

/** The WebSocket of the host that served this page, encrypted when the page is. */
function webSocketUrl() {
  const path = document.querySelector('meta[name="websocket-path"]')?.getAttribute("content") ?? "/ws";
  const url = new URL(path, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** @param {string} token */
function logIn(token) {
  showLogin(false);
  connection?.close();
  connection = new Connection({ url: webSocketUrl(), token, onState, onMessage });
  connection.open();
}

/** @param {string} [reason] why the token that was used is none */
function logOut(reason) {
  forgetToken();
  connection?.close();
  connection = undefined;
  showTopics([], deleteTopic);
  showLogin(true);
  show(loginError, reason && `That did not work: ${reason}.`);
}

/** @param {boolean} isOut */
function showLogin(isOut) {
  login.hidden = !isOut;
  who.hidden = connectionCard.hidden = topics.hidden = isOut;
  userName.textContent = "";
  show(loginError);
  show(notice);
  if (isOut) tokenField.focus();
}

/** @param {State} state */
function onState(state) {
  showState(state);
  const isConnected = state.name === "connected";
  createButton.disabled = !isConnected;
  allowDeleting(isConnected);
  if (state.name === "refused") logOut(state.reason);
}

/** @param {Message} message */
function onMessage({ type, user, topics = [], topic, id, message }) {
  if (type === "authenticated") userName.textContent = user?.name ?? "";
  if (type === "subscribed") show(notice);
  if (type === "subscribed") showTopics(topics, deleteTopic);
  if (type === "topic_deleted" && id) removeTopic(id);
  if (type === "topic_created" && topic) addTopic(topic, deleteTopic);
  // Not before: a title that did not get through stays in its field.
  if (type === "topic_created" && topic?.title === title.value.trim()) create.reset();
  if (type === "error") show(notice, `The server says: ${message}.`);
}

/** @param {string} id */
function deleteTopic(id) {
  connection?.send({ type: "delete_topic", id });
}

login.addEventListener("submit", (event) => {
  event.preventDefault();
  const token = tokenField.value.trim();
  login.reset();
  keepToken(token);
  logIn(token);
});

create.addEventListener("submit", (event) => {
  event.preventDefault();
  show(notice);
  connection?.send({ type: "create_topic", title: title.value });
});

/** With the token of the address or of this window, or by asking for one. */
function start() {
  const token = readToken();
  if (token) logIn(token);
  else logOut();
}

element("log-out", HTMLButtonElement).addEventListener("click", () => logOut());
element("retry", HTMLButtonElement).addEventListener("click", () => connection?.open());
addEventListener("online", () => connection?.open());
addEventListener("hashchange", start);
// A page in the back/forward cache holds no connection, and opens one when it comes back.
addEventListener("pagehide", () => connection?.close());
addEventListener("pageshow", ({ persisted }) => persisted && connection?.open());
start();
