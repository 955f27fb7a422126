import { createServer } from "node:net";
import { expect, test } from "vitest";
import { failureOf, statuses } from "./support/failing.ts";
import { closedPort, listen, sleepingPort } from "./support/listen.ts";

test("fails at name if the name does not exist", async () => {
  const { hop, cause, next } = await failureOf("ws://no-such-host.invalid/ws");
  expect(hop).toBe("name");
  expect(cause).toMatch(/^the name no-such-host\.invalid cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)$/);
  expect(next).toBe("getent hosts no-such-host.invalid");
});

test("fails at tcp if nothing listens", async () => {
  const port = await closedPort();
  const { hop, cause, next, report } = await failureOf(`ws://127.0.0.1:${port}/ws`);
  expect(hop).toBe("tcp");
  expect(cause).toBe(
    `nothing accepts connections on port ${port} (ECONNREFUSED): nginx is down, or a firewall rejects them`,
  );
  expect(next).toBe("ssh ubuntu@host systemctl status nginx");
  expect(statuses(report)).toBe("name ok, tcp fail");
});

test("fails at tcp if nothing listens on any address of a name (an error without a message)", async () => {
  const port = await closedPort();
  const { hop, cause } = await failureOf(`ws://localhost:${port}/ws`);
  expect(hop).toBe("tcp");
  expect(cause).toContain("(ECONNREFUSED)");
});

test("fails at tcp if the packets are dropped", async () => {
  await using sleeping = await sleepingPort();
  const url = `ws://127.0.0.1:${sleeping.port}/ws`;
  const probes = await Promise.all(Array.from({ length: 4 }, () => failureOf(url, { timeoutMs: 600 })));
  const dropped = probes.find(({ hop }) => hop === "tcp");
  expect(dropped?.cause).toBe(
    `nothing answers on port ${sleeping.port} within 0.6 s: a firewall drops the packets, the host's own (ufw) or the cloud's in front of it`,
  );
  expect(dropped?.next).toBe("ssh ubuntu@host sudo ufw status");
});

test("fails at upgrade if the connection stands and nothing answers", async () => {
  await using silent = await listen(createServer());
  const { hop, cause, next, report } = await failureOf(`ws://127.0.0.1:${silent.port}/ws`, {
    timeoutMs: 400,
  });
  expect(hop).toBe("upgrade");
  expect(cause).toBe(
    "the connection stands, but nothing answered the upgrade within 0.4 s: the backend accepts and says nothing, or nginx is out of file descriptors",
  );
  expect(next).toBe("ssh ubuntu@host pm2 logs geo-backend --lines 20 --nostream");
  expect(statuses(report)).toBe("name ok, tcp ok, upgrade fail");
});

test("fails at upgrade if the connection is closed without an answer", async () => {
  await using closing = await listen(createServer((socket) => socket.once("data", () => socket.end())));
  const { hop, cause, next } = await failureOf(`ws://127.0.0.1:${closing.port}/ws`);
  expect(hop).toBe("upgrade");
  expect(cause).toBe(
    'the connection was closed without an answer (socket hang up): worker_connections are used up, "return 444", or a crash',
  );
  expect(next).toBe("ssh ubuntu@host sudo tail -n 20 /var/log/nginx/error.log");
});

test("fails at upgrade if the connection is reset", async () => {
  await using resetting = await listen(
    createServer((socket) => socket.once("data", () => socket.resetAndDestroy())),
  );
  const { hop, cause } = await failureOf(`ws://127.0.0.1:${resetting.port}/ws`);
  expect(hop).toBe("upgrade");
  expect(cause).toMatch(/^the connection was closed without an answer \(read ECONNRESET\)/);
});

test("fails at upgrade if what listens does not speak HTTP", async () => {
  await using sshd = await listen(createServer((socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n")));
  const { hop, cause, next } = await failureOf(`ws://127.0.0.1:${sshd.port}/ws`);
  expect(hop).toBe("upgrade");
  expect(cause).toMatch(new RegExp(`^what listens on port ${sshd.port} does not speak HTTP \\(HPE_`));
  expect(next).toBe("ssh ubuntu@host sudo ss -ltnp");
});
