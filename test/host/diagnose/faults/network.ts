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
    cause: "ufw, the host's own firewall, blocks port 80",
    fix: [allow(80)],
  },
  {
    name: "ufw without 443",
    breaks: "ufw delete allow 443/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, blocks port 443",
    fix: [allow(443)],
  },
  {
    name: "ufw with nothing but SSH",
    breaks: "ufw delete allow 80/tcp; ufw delete allow 443/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, blocks ports 80 and 443",
    fix: [allow(80), allow(443)],
  },
  {
    name: "ufw with a rule that denies 80",
    always: true,
    breaks: "ufw deny 80/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, blocks port 80",
    fix: ["HOST sudo ufw delete deny 80/tcp", allow(80)],
  },
  {
    name: "a rule of iptables by hand",
    breaks: "iptables -I INPUT -p tcp --dport 80 -j DROP",
    hop: "firewall",
    cause: "the host itself drops port 80, though not by ufw: the packets arrive, and ufw lets them in",
    fix: ["HOST sudo iptables -D INPUT -p tcp -m tcp --dport 80 -j DROP"],
  },
  {
    name: "a rule by hand between nginx and the backend",
    breaks: "iptables -I INPUT -i lo -p tcp --dport 3000 -j DROP",
    hop: "firewall",
    cause: "the host rejects its own connections to port 3000, through which nginx reaches the backend",
    fix: ["HOST sudo iptables -D INPUT -i lo -p tcp -m tcp --dport 3000 -j DROP"],
  },
  {
    name: "a rule by hand that only nginx's user meets",
    breaks: "iptables -I OUTPUT -p tcp --dport 3000 -m owner --uid-owner www-data -j REJECT",
    hop: "firewall",
    cause: "the host rejects its own connections to port 3000, through which nginx reaches the backend",
    fix: [
      "HOST sudo iptables -D OUTPUT -p tcp -m tcp --dport 3000 -m owner --uid-owner 33 -j REJECT --reject-with icmp-port-unreachable",
    ],
  },
  {
    name: "a rule by hand that rejects 443",
    breaks: "iptables -I INPUT -p tcp --dport 443 -j REJECT --reject-with icmp-admin-prohibited",
    hop: "firewall",
    cause: "a firewall rule rejects port 443, although nginx listens there",
    fix: [
      "HOST sudo iptables -D INPUT -p tcp -m tcp --dport 443 -j REJECT --reject-with icmp-admin-prohibited",
    ],
  },
  {
    name: "port 80 turned aside",
    breaks: "iptables -t nat -I PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8081",
    hop: "firewall",
    cause: "an iptables rule, not ufw, redirects port 80 to where nothing answers",
    fix: ["HOST sudo iptables -t nat -D PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8081"],
  },
  {
    name: "ufw that refuses the client alone",
    breaks: "ufw insert 1 deny from 198.18.0.0/15 to any port 80 proto tcp",
    hop: "firewall",
    cause: "ufw refuses port 80 to 198.18.0.0/15 by a rule of its own, and lets others in",
    fix: [
      "# look: HOST sudo ufw status numbered",
      "HOST sudo ufw delete deny from 198.18.0.0/15 to any port 80 proto tcp",
    ],
  },
  {
    name: "ufw that limits 80",
    breaks: "ufw limit 80/tcp comment geo-system",
    hop: "firewall",
    cause:
      "ufw limits port 80: an address that connects six times in 30 seconds is blocked, and so are all users who share it",
    fix: ["HOST sudo ufw allow 80/tcp"],
    cleanUp: "ufw allow 80/tcp comment geo-system",
  },
  {
    // As Docker publishes a port: a rule of nat leads it to an address of its own before ufw's rules are asked.
    name: "a container's port published past ufw",
    breaks: `ip netns add box; ip link add box0 type veth peer name eth0 netns box
ip address add 10.99.0.1/24 dev box0; ip link set box0 up
ip -n box address add 10.99.0.2/24 dev eth0; ip -n box link set eth0 up; ip -n box route add default via 10.99.0.1
systemd-run -q --collect --unit box ip netns exec box /usr/local/bin/node -e 'require("node:net").createServer((s) => s.end("hello")).listen(5432)'
sysctl -qw net.ipv4.ip_forward=1; iptables -I FORWARD -o box0 -j ACCEPT; iptables -I FORWARD -i box0 -j ACCEPT
iptables -t nat -N BOX; iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j BOX
iptables -t nat -A BOX ! -i box0 -p tcp --dport 5432 -j DNAT --to-destination 10.99.0.2:5432
iptables -t nat -A BOX -d 127.0.0.1 ! -i box0 -p tcp --dport 5433 -j DNAT --to-destination 10.99.0.2:5432
until ip netns exec box ss -Hltn | grep -q 5432; do sleep 0.05; done`,
    hop: "firewall",
    cause:
      "port 5432 of the host answers from outside, although ufw blocks it: a container engine publishes past ufw",
    fix: [
      "# publish it for the host alone, as 127.0.0.1:5432:PORT (docker run -p, or ports: in a compose file), and start the container again",
      "# or, with Docker, refuse it in the chain that is asked first: HOST sudo iptables -I DOCKER-USER -p tcp -m conntrack --ctorigdstport 5432 --ctdir ORIGINAL -j DROP",
    ],
    untyped: true, // Whose container it is, only a person knows.
    cleanUp: `iptables -t nat -D PREROUTING -m addrtype --dst-type LOCAL -j BOX; iptables -t nat -F BOX; iptables -t nat -X BOX
iptables -D FORWARD -o box0 -j ACCEPT; iptables -D FORWARD -i box0 -j ACCEPT; systemctl stop box; ip netns del box; sysctl -qw net.ipv4.ip_forward=0`,
  },
  {
    name: "the loopback interface down",
    breaks: "ip link set lo down",
    hop: "nginx on loopback",
    cause:
      "the host does not reach its own 127.0.0.1: its loopback interface is down, or has lost its address",
    fix: [
      "# look: HOST ip -br address show lo",
      "HOST sudo ip link set lo up",
      "HOST sudo ip address replace 127.0.0.1/8 dev lo",
    ],
    cleanUp: "ip address replace ::1/128 dev lo",
  },
  {
    name: "a firewall in front of the host that drops 80",
    always: true,
    breaks: "true",
    inFront: { breaks: inFront("-I"), mends: inFront("-D") },
    hop: "tcp",
    cause:
      "a firewall in front of the host (the cloud's security group) drops port 80: the host was watched while we dialled, and no packet came",
    fix: ["# in the cloud's console: let TCP 80 in at the security group of ADDRESS, then diagnose again"],
  },
  {
    name: "SSH unreachable, the service healthy",
    breaks: "systemctl stop ssh.socket || true; systemctl stop ssh", // sessions that are open stay
    hop: "ssh",
    cause:
      "logging in to the host failed, so it was checked from outside only: ADDRESS refuses connections on port 22: no sshd listens there",
    fix: [
      "# If it listens elsewhere: PULUMI_STACK=STACK npm run -s pulumi -- config set port <port>. Else, on the host's console: sudo systemctl status ssh",
    ],
    cleanUp: "systemctl start ssh",
  },
];
