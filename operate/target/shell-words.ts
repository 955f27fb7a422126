/** Words for a shell: each stays one word, whatever is in it. */
export function shellWords(list: readonly string[]): string {
  return list.map(word).join(" ");
}

function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** How a command is run as root by this user, without a password being asked for. */
export function asRoot(user: string): string[] {
  return user === "root" ? [] : ["sudo", "-n"];
}
