import type { Fault } from "../support/fault.ts";

export const allow = (port: number) => `HOST sudo ufw allow ${port}/tcp comment geo-system`;

/** Drops what goes to the host's port 80 behind this machine's own programs, as a cloud's firewall would. */
const inFront = (verb: "-I" | "-D") =>
  `iptables -w -t mangle ${verb} POSTROUTING -d ADDRESS -p tcp --dport 80 -j DROP`;

export const networkFaults: Fault[] = [
  {
    name: "ufw without 80",
    breaks: "ufw delete allow 80/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on port 80",
    fix: [allow(80)],
  },
  {
    name: "ufw without 443",
    breaks: "ufw delete allow 443/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on port 443",
    fix: [allow(443)],
  },
  {
    name: "ufw with nothing but SSH",
    breaks: "ufw delete allow 80/tcp; ufw delete allow 443/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on ports 80 and 443",
    fix: [allow(80), allow(443)],
  },
  {
    name: "ufw with a rule that denies 80",
    breaks: "ufw deny 80/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on port 80",
    fix: ["HOST sudo ufw delete deny 80/tcp", allow(80)],
  },
  {
    name: "a rule of iptables by hand",
    breaks: "iptables -I INPUT -p tcp --dport 80 -j DROP",
    hop: "firewall",
    cause: "the host itself drops port 80, and not by ufw: the packets arrive, and ufw lets them in",
    fix: ["HOST sudo iptables -D INPUT -p tcp -m tcp --dport 80 -j DROP"],
  },
  {
    name: "a rule by hand between nginx and the backend",
    breaks: "iptables -I INPUT -i lo -p tcp --dport 3000 -j DROP",
    hop: "firewall",
    cause: "the host turns its own connections to port 3000 away, by which nginx reaches the backend",
    fix: ["HOST sudo iptables -D INPUT -i lo -p tcp -m tcp --dport 3000 -j DROP"],
  },
  {
    name: "a rule by hand that only nginx's user meets",
    breaks: "iptables -I OUTPUT -p tcp --dport 3000 -m owner --uid-owner www-data -j REJECT",
    hop: "firewall",
    cause: "the host turns its own connections to port 3000 away, by which nginx reaches the backend",
    fix: [
      "HOST sudo iptables -D OUTPUT -p tcp -m tcp --dport 3000 -m owner --uid-owner 33 -j REJECT --reject-with icmp-port-unreachable",
    ],
  },
  {
    name: "a rule by hand that rejects 443",
    breaks: "iptables -I INPUT -p tcp --dport 443 -j REJECT --reject-with icmp-admin-prohibited",
    hop: "firewall",
    cause: "something turns port 443 away before nginx, which listens there: a rule that rejects",
    fix: [
      "HOST sudo iptables -D INPUT -p tcp -m tcp --dport 443 -j REJECT --reject-with icmp-admin-prohibited",
    ],
  },
  {
    name: "port 80 turned aside",
    breaks: "iptables -t nat -I PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8081",
    hop: "firewall",
    cause: "the host turns port 80 aside, to where nothing answers: by a rule of iptables, not by ufw",
    fix: ["HOST sudo iptables -t nat -D PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8081"],
  },
  {
    name: "ufw that refuses the client alone",
    breaks: "ufw insert 1 deny from 198.18.0.0/15 to any port 80 proto tcp",
    hop: "firewall",
    cause: "ufw refuses port 80 to 198.18.0.0/15 by a rule of its own, and lets others in",
    fix: [
      "HOST sudo ufw status numbered",
      "HOST sudo ufw delete deny from 198.18.0.0/15 to any port 80 proto tcp",
    ],
  },
  {
    name: "ufw that limits 80",
    breaks: "ufw limit 80/tcp comment geo-system",
    hop: "firewall",
    cause:
      "ufw limits port 80: an address that connects six times in 30 seconds is turned away, as all users behind one are",
    fix: ["HOST sudo ufw allow 80/tcp"],
    cleanUp: "ufw allow 80/tcp comment geo-system",
  },
  {
    name: "a firewall before the host that drops 80",
    breaks: "true",
    inFront: { breaks: inFront("-I"), mends: inFront("-D") },
    hop: "tcp",
    cause:
      "a firewall before the host (the cloud's security group) drops port 80: the host was watched while we dialled, and no packet came",
    fix: ["# in the cloud's console: let TCP 80 in at the security group of ADDRESS, then diagnose again"],
  },
  {
    name: "SSH unreachable, the service healthy",
    breaks: "systemctl stop ssh.socket || true; systemctl stop ssh", // sessions that are open stay
    hop: "ssh",
    cause:
      "nobody could log in to the host, so it was seen from outside only: ADDRESS refuses connections on port 22: no sshd listens there",
    fix: [
      "# If it listens elsewhere: PULUMI_STACK=STACK npm run -s pulumi -- config set port <port>. Else, on the host's console: sudo systemctl status ssh",
    ],
    cleanUp: "systemctl start ssh",
  },
];
