import type { WebSocket } from "ws";
import { Channel } from "./channel.ts";
import { perform } from "./commands.ts";
import { inOneLine } from "./log.ts";
import { Member } from "./member.ts";
import { type ClientMessage, type ErrorCode, Refusal, readMessage } from "./messages.ts";
import { Serial } from "./serial.ts";
import type { Services } from "./services.ts";
import { BadToken, type Identity } from "./tokens.ts";

/** One client's connection, from the upgrade to the close. Its messages are handled one after the other. */
export class Session {
  readonly #services: Services;
  readonly #channel: Channel;
  readonly #work = new Serial();
  #rate;
  #member: Member | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(services: Services, socket: WebSocket) {
    this.#services = services;
    this.#channel = new Channel(socket, services.configuration.maxBufferedBytes, services.log);
    this.#rate = services.rates.ofNobody();
  }

  /** `identity`: whom the token in the URL named; without it the first message must be `auth`. */
  open(identity: Identity | undefined): void {
    this.#services.connections.add(this);
    this.#channel.listen({ text: (text) => this.#receive(text), closed: (code) => this.#closed(code) });
    this.#channel.send({ type: "connected" });
    if (identity) this.#enqueue(() => this.#welcome(identity));
    else this.#awaitToken(this.#services.configuration.authenticationTimeout);
  }

  /** Called now and then; `now` in milliseconds since 1970. */
  beat(now: number): void {
    if (this.#member?.isExpired(now)) this.#refuse("unauthorized", "the token has expired");
    this.#channel.beat();
  }

  /** Takes no more messages, finishes those it has, and says good-bye. Done when all that is over. */
  async finish(code: number, reason: string): Promise<void> {
    this.#channel.ignoreMessages();
    await this.#work.idle();
    this.#channel.close(code, reason);
    await this.#channel.gone();
    await this.#work.idle();
  }

  cutOff(): void {
    this.#channel.cutOff();
  }

  #awaitToken(milliseconds: number): void {
    const late = `no token within ${milliseconds / 1000} s`;
    this.#deadline = setTimeout(() => this.#refuse("unauthorized", late), milliseconds);
  }

  #receive(text: string): void {
    if (!this.#rate.take()) this.#refuse("too_many_messages", "too many messages");
    else this.#enqueue(() => this.#handle(text));
  }

  /** What still waits when the connection ends is left undone. */
  #enqueue(job: () => Promise<void>): void {
    const unlessClosed = () => (this.#channel.isOpen ? job() : undefined);
    this.#work.run(unlessClosed).catch((error: unknown) => this.#fail(error));
  }

  async #handle(text: string): Promise<void> {
    const message = this.#read(text);
    if (message.type === "auth") return this.#authenticate(message.token);
    if (!this.#member) throw new BadToken("the first message must be auth");
    this.#member.received(message.type);
    await perform(message, { account: this.#member.account, send: (answer) => this.#channel.send(answer) });
  }

  #read(text: string): ClientMessage {
    try {
      return readMessage(text);
    } catch (error) {
      if (!this.#member) throw new BadToken("the first message must be auth");
      this.#member.received("not understood");
      throw error;
    }
  }

  /** Said again, it is confirmed again: clients send their token in the URL and as a message as well. */
  async #authenticate(token: string): Promise<void> {
    const identity = await this.#services.verify(token);
    if (!this.#member) return this.#welcome(identity);
    if (identity.user.id !== this.#member.id) throw new BadToken("the token is another user's");
    this.#member.extend(identity.expiresAt);
    this.#channel.send({ type: "authenticated", user: identity.user });
  }

  async #welcome(identity: Identity): Promise<void> {
    if (this.#services.connections.isFull(identity.user.id)) {
      return this.#refuse("too_many_connections", "too many windows of this account");
    }
    clearTimeout(this.#deadline);
    this.#member = new Member(this.#services, identity);
    this.#rate = this.#member.rate;
    this.#channel.client = `user ${this.#member.id}`;
    this.#channel.send({ type: "authenticated", user: identity.user });
    await this.#member.subscribe(this.#channel);
  }

  #closed(code: number): void {
    clearTimeout(this.#deadline);
    this.#work.run(() => this.#leave(code)).catch((error: unknown) => this.#fail(error));
  }

  async #leave(code: number): Promise<void> {
    this.#services.connections.remove(this);
    if (this.#member) return this.#member.leave(this.#channel, code);
    this.#services.log.info(`[WebSocket] Connection closed before authentication (code ${code})`);
  }

  #fail(error: unknown): void {
    if (error instanceof BadToken) this.#refuse("unauthorized", error.message);
    else if (error instanceof Refusal) this.#tell(error);
    else this.#break(error);
  }

  #tell({ code, message, cause }: Refusal): void {
    if (cause) this.#services.log.error(`[geo-backend] ${code}: ${inOneLine(cause)}`);
    this.#channel.send({ type: "error", code, message });
  }

  #break(error: unknown): void {
    this.#services.log.error(`[geo-backend] Internal error: ${inOneLine(error)}`);
    this.#channel.refuse(1011, "internal error");
  }

  #refuse(code: ErrorCode, reason: string): void {
    this.#channel.send({ type: "error", code, message: reason });
    this.#channel.refuse(1008, reason);
  }
}
