import { element, show } from "./elements.js";

/** @typedef {import("./connection.js").State} State */

const card = element("connection", HTMLElement);
const label = element("state", HTMLElement);
const detail = element("detail", HTMLElement);
const retry = element("retry", HTMLButtonElement);
const countdown = element("countdown", HTMLProgressElement);

const labels = {
  closed: "Not connected",
  connected: "Connected",
  connecting: "Connecting…",
  refused: "Not connected",
  waiting: "Disconnected",
};

/** What the close codes mean to the person who looks at the page. */
const reasons = new Map([
  [1008, "the server refused"],
  [1011, "the server failed"],
  [1012, "the server restarts"],
  [4000, "the server does not answer"],
  [4001, "the server does not answer"],
]);

/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

/** Shows the state of the connection. @param {State} state */
export function showState(state) {
  clearInterval(ticking);
  card.dataset.state = state.name;
  label.textContent = labels[state.name];
  retry.hidden = countdown.hidden = state.name !== "waiting";
  show(detail, state.name === "connected" ? roundTrip(state.roundTrip) : "");
  if (state.name === "waiting") countDown(state);
}

/** @param {number | undefined} milliseconds */
function roundTrip(milliseconds) {
  if (milliseconds === undefined) return "";
  return `round trip ${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** @param {Extract<State, { name: "waiting" }>} state */
function countDown({ milliseconds, failures, code }) {
  const until = performance.now() + milliseconds;
  const reason = reasons.get(code) ?? "the server cannot be reached";
  countdown.max = Math.max(1, milliseconds);
  const tick = () => {
    const left = Math.max(0, until - performance.now());
    countdown.value = left;
    show(detail, `${reason} · try ${failures} in ${(left / 1000).toFixed(1)} s`);
  };
  tick();
  ticking = setInterval(tick, 100);
}
