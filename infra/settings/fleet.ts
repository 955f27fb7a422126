import type { Input } from "@pulumi/pulumi";
import { z } from "zod";
import type { WebSocketHostArgs } from "./arguments.ts";
import { check } from "./checks.ts";

/** One host of a fleet: where it is, and what differs there from what holds for all. */
export interface FleetHostArgs extends Partial<WebSocketHostArgs> {
  /** Name or address at which SSH, HTTP and HTTPS reach it from outside. */
  host: Input<string>;
  /**
   * What it is called in names of resources, previews and outputs; it stays when its address changes. Default: made from
   * the address, `"203.0.113.7"` is `203-0-113-7`. Needed where `host` is an output.
   */
  name?: string;
}

/** How an `up` goes from host to host. */
export interface RolloutArgs {
  /** How many hosts meet a change first; 0: none. Default 1. */
  canary?: number;
  /** How many hosts are worked on at once after that. Default 1. */
  parallel?: number;
  /** Seconds between the proof of a batch that was changed and the next batch. Default 0. */
  pauseSeconds?: number;
  /**
   * `"stop"`: a host that fails goes back to its release before, and the run ends there. `"rollBack"`: so do all others;
   * every host keeps its release before running beside the new one until each of them is proven. Default `"stop"`.
   */
  onFailure?: "stop" | "rollBack";
  /** How many hosts may be worked on, or be without service, at once. Default: as many as `canary` and `parallel` say. */
  maxUnavailable?: number;
}

/** What a {@link WebSocketFleet} is made from: every argument of a host holds for all, and each host may have its own. */
export interface WebSocketFleetArgs extends Omit<WebSocketHostArgs, "host"> {
  /** The hosts, as addresses or objects: `["203.0.113.7", { host: "203.0.113.8", name: "b", port: 2222 }]`. */
  hosts: readonly (string | FleetHostArgs)[];
  /** Order and pace of an `up`. Default: one host after the other. */
  rollout?: RolloutArgs;
  /**
   * `"dns"`: `serverName` leads to all hosts, and each `up` and preview makes sure that it leads to no other address.
   * Default: how clients find the hosts is left alone.
   */
  entry?: "dns";
}

const aHost = 'an address, or an object with a host: { "host": "203.0.113.7", "name": "a" }';

const hosts = z.array(
  z.union([check.hostName, z.looseObject({ host: z.unknown() })], aHost),
  `a list, each of it ${aHost}`,
);

const rollout = check.members({
  canary: check.whole("a number of hosts, 0 or more", 0, 1000).default(1),
  parallel: check.whole("a number of hosts, 1 or more", 1, 1000).default(1),
  pauseSeconds: check.whole("seconds from 0 to 3600", 0, 3600).default(0),
  onFailure: check.oneOf("stop", "rollBack").default("stop"),
  maxUnavailable: check.whole("a number of hosts, 1 or more", 1, 1000).optional(),
});

/** The check and the default of every key that a fleet has beside those of its hosts. */
export const fleetSchema = {
  hosts: hosts.default([]),
  rollout: rollout.optional(),
  entry: check.oneOf("dns").optional(),
};

export type Rollout = z.output<typeof rollout>;

/** @example rolloutOf({ pauseSeconds: 30 }) // { canary: 1, parallel: 1, pauseSeconds: 30, onFailure: "stop" } */
export const rolloutOf = (given: unknown = {}): Rollout => rollout.parse(given);
