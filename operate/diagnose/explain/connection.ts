import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** On a connection that stood. */
export const traffic: readonly Meaning[] = [
  {
    name: "ping unanswered",
    pattern: /ping timeout/i,
    means:
      "The connection stood, and a ping of the client was not answered in time (Python's 20 s): the backend is stuck, or the network between went away without a word.",
    check:
      "npm run watch -- --for 10m shows whether others are lost as well, and npm run diagnose whether the backend answers",
    worry: "No, for one client whose network was away. Yes, if all are lost at the same time.",
  },
  {
    name: "bad frame",
    pattern:
      /Invalid WebSocket frame|Invalid frame header|\b1002\b|must not mask|(un)?masked frame|reserved bits|invalid opcode/i,
    means:
      "The connection stood, and what came over it was no WebSocket frame: a proxy or a virus scanner changed it, or one of the two programs writes into the connection beside its WebSocket library.",
    check: "Try from another network, and over wss://, which nobody between can change; npm run logs",
    worry: "Yes, if it is everywhere.",
  },
];

/** How a connection ended, or did not come about; the general words last. */
export const ends: readonly Meaning[] = [
  {
    name: "restart",
    pattern: /\b1012\b|\b1001\b|going away|service restart/i,
    means:
      "The backend said good-bye: it is being restarted or replaced, or the page is left. The client comes back within seconds.",
    check: "Nothing. If it goes on: npm run diagnose",
    worry: "No.",
  },
  {
    name: "timeout",
    pattern:
      /ETIMEDOUT|ERR_CONNECTION_TIMED_OUT|NS_ERROR_NET_TIMEOUT|Connection timed out|Errno 110|curl: \(28\) Failed to connect/i,
    means:
      "Nothing answers at all: a firewall drops the packets (the host's own, or the cloud's before it), or the host is off.",
    check: `${diagnose} tells which firewall it is`,
    worry: "Yes, if it is so from other networks as well.",
  },
  {
    name: "handshake timeout",
    pattern: /timed out|TimeoutError|curl: \(28\)/i,
    means:
      "The connection was not made in time. Either nothing answers at all: a firewall drops the packets, or the host is off; or the connection stands and nobody answers on it: nginx or the backend is stuck.",
    check: `${diagnose} tells which of them it is`,
    worry: "Yes, if it is so from other networks as well.",
  },
  {
    name: "hang-up",
    pattern:
      /socket hang up|ECONNRESET|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|Empty reply|connection (was )?reset|reset by peer|curl: \((52|56)\)|EOF occurred/i,
    means:
      "The connection was closed without an answer: nginx is full (worker_connections), a process crashed, or something on the way cut it.",
    check: diagnose,
    worry: ifItStays,
  },
  {
    name: "cut",
    pattern:
      /\b1006\b|no close frame received|closed abnormally|connection to .* was interrupted|Software caused connection abort|network connection was lost/i,
    means:
      "The connection was cut without a good-bye: a change of network, a laptop that slept, a crash. If it comes every 60 seconds, nginx cuts silent connections.",
    check: "npm run watch -- --for 10m shows how often, and after how long",
    worry: ifItStays,
  },
  {
    name: "failed",
    pattern:
      /WebSocket connection to '?.*'? failed|can.t establish a connection to the server|WebSocket connection .*failed|WebSocket (is|was) closed|WebSocket error|Network error|WebSocket network error/i,
    means:
      "The connection did not come about; a browser tells no page why. Any reason is possible, from a moment without network to a service that is down.",
    check: `${diagnose} finds the reason`,
    worry: `No, if it happens once and the page comes back. ${ifItStays}`,
  },
];
