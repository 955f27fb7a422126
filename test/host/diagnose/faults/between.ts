import type { Fault } from "../support/fault.ts";

/** More than a dial and the smallest request, and less than an upgrade, a ClientHello or any full packet. */
const large = "-p tcp -m multiport --dports 80,443 -m length --length 200:65535 -j DROP";

/** What is lost on a way whose ends are both well. Only a size tells it: the port takes connections. */
export const betweenFaults: Fault[] = [
  {
    name: "large packets lost in front of the host",
    always: true,
    breaks: "true",
    inFront: {
      breaks: `iptables -w -t mangle -I POSTROUTING -d ADDRESS ${large}`,
      mends: `iptables -w -t mangle -D POSTROUTING -d ADDRESS ${large}`,
    },
    hop: "upgrade",
    cause:
      "packets of a certain size are lost between this machine and ADDRESS: a request of 100 bytes is answered, one of 1100 is not",
    fix: [
      "# where the path becomes too narrow: ping -M do -s 1100 -c 3 ADDRESS; tracepath ADDRESS",
      '# a VPN, a tunnel or an overlay with a smaller MTU, whose ICMP "fragmentation needed" is filtered: let that ICMP through there, or clamp the MSS there',
    ],
  },
  {
    name: "large packets dropped by a rule of the host's own",
    breaks: `iptables -I INPUT ! -i lo ${large}`,
    hop: "firewall",
    cause: "a rule of the host's own drops packets by their length or content, before nginx reads them",
    fix: [`HOST "sudo iptables -D INPUT ! -i lo ${large}"`],
  },
];
