import type { Meaning } from "./meaning.ts";

/** What ssh prints on the way to the host, and libraries that speak SSH. */
export const ssh: readonly Meaning[] = [
  {
    name: "ssh: host key",
    pattern:
      /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|knownhosts: key|ssh: host key mismatch/i,
    example: "Host key verification failed.",
    means:
      "The host shows another key than the one that is known, or none is known. Either it was rebuilt, or another machine answers at this address.",
    check: "Find out which before you accept it: compare the fingerprint with the host's console",
    worry: "Yes, until you know why it changed.",
  },
  {
    name: "ssh: host key type",
    pattern:
      /no matching (host key type|key exchange|cipher|MAC)|no common algorithm for|no mutual signature|ssh_dispatch_run_fatal/i,
    example:
      "ssh: handshake failed: ssh: no common algorithm for host key; we offered: [ssh-rsa], peer offered: [ssh-ed25519]",
    means:
      "Client and host have no kind of host key (or key exchange) in common: usually a pinned ssh-rsa key (SHA-1), which today's sshd no longer signs with, or an sshd that is very old.",
    check:
      "Pin the host's ed25519 key instead: ssh-keyscan -t ed25519 HOST, compared with the host's console",
    worry: "No for the users: only you are kept out.",
  },
  {
    name: "ssh: no key accepted",
    pattern:
      /Permission denied \(|unable to authenticate|All configured authentication methods failed|Too many authentication failures|maximum authentication attempts|sign_and_send_pubkey|agent refused operation|no supported methods remain/i,
    example: "ubuntu@203.0.113.7: Permission denied (publickey).",
    means:
      "sshd took none of the keys that were offered: the agent holds no right one, it is another user's, or the agent offers too many before it.",
    check: "ssh-add -l shows the agent's keys; ssh -v USER@HOST shows which are offered",
    worry: "No for the users: only you are kept out.",
  },
  {
    name: "ssh: closed early",
    pattern:
      /kex_exchange_identification|ssh_exchange_identification|banner exchange|Connection (closed|reset) by .* port \d+|Connection lost before handshake|Timed out while waiting for handshake|ssh: handshake failed: (EOF|read tcp)|preauth/i,
    example: "kex_exchange_identification: Connection closed by remote host",
    means:
      "sshd closed the connection before it said who it is: too many logins at once (MaxStartups), a ban (fail2ban), `ufw limit`, or it is no sshd.",
    check: "Wait a minute and try again; from another address if that fails",
    worry: "No for the users: only you are kept out.",
  },
  {
    name: "ssh: not reached",
    pattern:
      /connect to host \S+ port \d+|unable to connect to \S+ after \d+ failed attempts|dial tcp ADDRESS OF SSH/i,
    example: "ssh: connect to host 203.0.113.7 port 22: Connection timed out",
    means:
      "No connection to sshd. Refused: nothing listens on that port. Timed out: a firewall drops it, or the host is off. No route: that address cannot be reached from here.",
    check:
      "The address, and the port (the key sshPort); nc -vz HOST PORT from another network; the cloud's console. Whether users are served: npm run diagnose -- --url ADDRESS",
    worry: "No for the users, if they are served: only you are kept out.",
  },
  {
    name: "ssh: key file",
    pattern:
      /UNPROTECTED PRIVATE KEY FILE|error in libcrypto|Load key "|invalid format|Cannot parse privateKey|bad permissions|Bad owner or permissions/i,
    example: 'Load key "/home/me/.ssh/id_ed25519": error in libcrypto',
    means:
      "The file of the private key is not usable: others may read it, it lost its line ends (Windows), or it holds something else.",
    check: "chmod 600 FILE; ssh-keygen -y -f FILE prints the public key of a file that is in order",
    worry: "No for the users: only you are kept out.",
  },
  {
    name: "ssh: no agent",
    pattern: /connection to your authentication agent|Error connecting to agent|SSH_AUTH_SOCK/i,
    example: "Could not open a connection to your authentication agent.",
    means: "No SSH agent runs here, or the shell does not know of it.",
    check: 'eval "$(ssh-agent)" && ssh-add; in a checkout npm run up brings one for its own run',
    worry: "No for the users: only you are kept out.",
  },
  {
    name: "ssh: cut",
    pattern: /client_loop: send disconnect|Timeout, server \S+ not responding|packet_write_wait/i,
    example: "client_loop: send disconnect: Broken pipe",
    means:
      "An open SSH connection was cut: by the network in between, a laptop that slept, or a host that went down.",
    check: "Log in again. An `up` that it ended is finished by the next one",
    worry: "No, if you can log in again.",
  },
  {
    name: "ssh: no sudo",
    pattern: /sudo: (a password is required|a terminal is required)|is not in the sudoers file/i,
    example: "sudo: a password is required",
    means: "The user may log in, and not become root without a password, which each step needs.",
    check: "A line in /etc/sudoers.d, by visudo: USER ALL=(ALL) NOPASSWD: ALL",
    worry: "No for the users: only you are kept out.",
  },
];
