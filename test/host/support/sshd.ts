import type { TestHost } from "../../support/host.ts";

/** Moves sshd, by its socket where systemd holds its ports, as on Ubuntu. Sessions that are open stay. */
export async function sshOn(from: TestHost, ...ports: number[]): Promise<void> {
  const restart = `systemctl daemon-reload
    if systemctl --quiet is-active ssh.socket; then systemctl stop ssh.service; systemctl restart ssh.socket
    else systemctl restart ssh.service; fi`;
  await from.run(`sudo tee /etc/ssh/sshd_config.d/10-ports.conf && sudo sh -c '${restart}'`, {
    input: ports.map((port) => `Port ${port}\n`).join(""),
  });
}

/** Lets sshd hold its port where systemd held it for it, and the other way round. The port stays. */
export async function swapSshSocket(from: TestHost): Promise<void> {
  const swap = `if systemctl --quiet is-active ssh.socket; then systemctl stop ssh.socket; systemctl restart ssh.service
    else systemctl stop ssh.service; systemctl start ssh.socket; fi`;
  // Not from the connection's own processes, which the first half may end.
  await from.run(`sudo systemd-run -q --wait sh -c '${swap}'`);
}
