import type { Pasted } from "./pasted.ts";

/** What ssh says. */
export const ssh: Pasted = [
  ["ssh: connect to host 203.0.113.7 port 22: Connection refused", "ssh: not reached"],
  ["ssh: connect to host 203.0.113.7 port 22: Connection timed out", "ssh: not reached"],
  ["ssh: connect to host 203.0.113.7 port 22: No route to host", "ssh: not reached"],
  [
    "error: unable to connect to 203.0.113.7 after 10 failed attempts: dial tcp 203.0.113.7:22: i/o timeout",
    "ssh: not reached",
  ],
  ["dial tcp 203.0.113.7:22: connect: connection refused", "ssh: not reached"],
  ["ssh: Could not resolve hostname geo: Name or service not known", "name not found"],
  [
    "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    "ssh: no key accepted",
  ],
  ["ssh: handshake failed: knownhosts: key mismatch", "ssh: host key"],
  ["ssh: handshake failed: ssh: host key mismatch", "ssh: host key"],
  ["ssh: handshake failed: EOF", "ssh: closed early"],
  [
    "ssh: handshake failed: read tcp 10.0.0.2:40000->203.0.113.7:22: read: connection reset by peer",
    "ssh: closed early",
  ],
  ["Connection closed by 203.0.113.7 port 22", "ssh: closed early"],
  ["Connection reset by 203.0.113.7 port 22", "ssh: closed early"],
  [
    "Unable to negotiate with 203.0.113.7 port 22: no matching host key type found. Their offer: ssh-rsa",
    "ssh: host key type",
  ],
  [
    "Unable to negotiate with 203.0.113.7 port 22: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1",
    "ssh: host key type",
  ],
  [
    "Received disconnect from 203.0.113.7 port 22:2: Too many authentication failures",
    "ssh: no key accepted",
  ],
  [
    'sign_and_send_pubkey: signing failed for ED25519 "/home/me/.ssh/id_ed25519" from agent: agent refused operation',
    "ssh: no key accepted",
  ],
  ['Load key "/home/me/.ssh/id": error in libcrypto', "ssh: key file"],
  [
    "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @ Permissions 0644 for 'id' are too open.",
    "ssh: key file",
  ],
  ["Could not open a connection to your authentication agent.", "ssh: no agent"],
  ["Error connecting to agent: No such file or directory", "ssh: no agent"],
  ["client_loop: send disconnect: Broken pipe", "ssh: cut"],
  ["Timeout, server 203.0.113.7 not responding.", "ssh: cut"],
  ["Timed out while waiting for handshake", "ssh: closed early"],
  ["All configured authentication methods failed", "ssh: no key accepted"],
  ["Error: Handshake failed: no matching key exchange algorithm", "ssh: host key type"],
  [
    "sshd[812]: error: maximum authentication attempts exceeded for ubuntu from 203.0.113.9 port 40000 ssh2 [preauth]",
    "ssh: no key accepted",
  ],
  ["sudo: a password is required", "ssh: no sudo"],
  ["ubuntu@geo.example: Permission denied (publickey,password).", "ssh: no key accepted"],
  [
    "error: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none], no supported methods remain",
    "ssh: no key accepted",
  ],
  ["kex_exchange_identification: read: Connection reset by peer", "ssh: closed early"],
  ["ssh_dispatch_run_fatal: Connection to 203.0.113.7 port 22: incorrect signature", "ssh: host key type"],
  ["Bad owner or permissions on /home/me/.ssh/config", "ssh: key file"],
];
