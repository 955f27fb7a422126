const key = "token";

/** The token of the address (`#token=…`), which is removed from it, or the one this window used before. */
export function readToken() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const token = parameters.get("token");
  if (token !== null) {
    history.replaceState(null, "", location.pathname + location.search);
    keepToken(token);
  }
  return sessionStorage.getItem(key);
}

/** @param {string} token */
export function keepToken(token) {
  sessionStorage.setItem(key, token);
}

export function forgetToken() {
  sessionStorage.removeItem(key);
}
