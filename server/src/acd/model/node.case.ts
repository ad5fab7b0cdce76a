import type { Log } from "../../base/log.ts";
import { oneCall } from "../core/settings.ts";
import { Door } from "../door.ts";
import type { Router } from "../router.ts";
import { ModelClock } from "./model-clock.case.ts";
import { ModelLog, type SharedStore } from "./model-log.case.ts";
import type { Plan } from "./plan.case.ts";
import type { StoreCommand } from "./store.case.ts";

/** The real door, router and reducer of a node, and what the world does to them. */
export interface Node {
  name: string;
  starts: number;
  log: ModelLog;
  clock: ModelClock;
  door: Door;
  session: string;
  isPaused: boolean;
  holdsLines: boolean;
  holdsBatches: boolean;
  isUp: boolean;
  told: string[];
  toldFrom: number | null;
  toldChecked: number;
}

/** What of its world a node needs. */
interface NodeWorld {
  plan: Plan;
  shared: SharedStore;
  time: { now: number };
  errors: string[];
}

/** The router and door of a node, looked into: nothing of this is changed from here. */
export interface Insides {
  router: Router;
  asking: Map<number, unknown>;
  room: { places: Map<string, unknown> };
  session: string;
}
interface RouterInsides {
  position: number;
  committed: number;
  delivered: number;
  epoch: number | null;
  isCommitting: boolean;
  isTicking: boolean;
  base: number;
  snapshotAt: number;
  silences: Map<string, number>;
}

export function bootNode(world: NodeWorld, name: string, starts: number): Node {
  const log = new ModelLog(world.shared, world.plan.isHasty);
  const clock = new ModelClock(world.time);
  const journal = journalOf(world, name);
  const { snapshotEvery = 1_000 } = world.plan;
  const door = new Door({ nodeId: name, log, clock, journal, snapshotEvery });
  const { session } = door as unknown as Insides;
  const node: Node = {
    ...{ name, starts, log, clock, door, session },
    ...{ isPaused: false, holdsLines: false, holdsBatches: false, isUp: true },
    ...{ told: [], toldFrom: null, toldChecked: 0 },
  };
  door.on((notice) => {
    node.told.push(JSON.stringify(notice));
  });
  return node;
}

function journalOf({ errors }: NodeWorld, name: string): Log {
  const ignore = (): void => undefined;
  const journal: Log = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (fields, sentence) => {
      errors.push(`${name}: ${sentence} ${JSON.stringify(fields)}`);
    },
    child: () => journal,
  };
  return journal;
}

export function profile(agentId: string, routable: boolean) {
  const queues = [{ queueId: "q", priority: 0 }];
  return { agentId, routable, cause: routable ? "ready" : "break", queues, capacity: oneCall };
}

export function routerOf(node: Node): Router {
  return (node.door as unknown as Insides).router;
}

export function insidesOf(node: Node): RouterInsides {
  return routerOf(node) as unknown as RouterInsides;
}

export function nodeOf(session: string): string {
  return session.slice(0, session.indexOf("/"));
}

export function isReachable(node: Node): boolean {
  return node.isUp && !node.isPaused;
}

export function isHere(node: Node | undefined, session = node?.session): boolean {
  return node !== undefined && node.isUp && node.session === session;
}

export function hasLines(node: Node): boolean {
  return !node.holdsLines && node.log.hasEntries;
}

export function hasBatches(node: Node): boolean {
  return !node.holdsBatches && node.log.hasBatches;
}

export function commandsOf(node: Node): { from: string; command: StoreCommand }[] {
  return node.log.inFlight.map(({ command }) => ({ from: node.session, command }));
}

export function fingerprintOf(node: Node): unknown[] {
  const { position, committed, delivered, epoch, isCommitting, isTicking, base, snapshotAt, silences } =
    insidesOf(node);
  const { asking, room } = node.door as unknown as Insides;
  return [
    [node.name, node.starts, node.isUp, node.isPaused, node.holdsLines, node.holdsBatches],
    [position, committed, delivered, epoch, isCommitting, isTicking, base, snapshotAt, [...silences]],
    [[...asking.keys()], [...room.places.keys()]],
    node.log.inFlight.map(({ command }) => command),
    node.clock.timers.map(({ atMs, isRenewal }) => (isRenewal ? "renew" : atMs)),
  ];
}
