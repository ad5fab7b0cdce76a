import type { Batch, Memory, Snapshot } from "../event-log.ts";
import { nodePrefixOf } from "../session.ts";

/*
 * The store as a pure function: what each Lua script of ../redis does, in one step. store.test.ts holds it to the
 * real scripts on a real Redis by random commands; the model check explores it in every order.
 */

export interface StoreState {
  generation: string | null;
  appended: number;
  committed: number;
  epoch: number;
  holder: string | null;
  leaseUntil: number;
  lines: readonly { position: number; text: string }[];
  batches: readonly { position: number; text: string }[];
  snapshot: Snapshot | null;
}

export interface Known {
  generation: string;
  position: number;
}

export type StoreCommand =
  | { type: "open"; newGeneration: string }
  | { type: "append"; known: Known; lines: string[] }
  | { type: "lead"; known: Known; session: string; leaseMs: number }
  | { type: "resign"; session: string }
  | { type: "commit"; known: Known; batch: Batch }
  | { type: "save-snapshot"; known: Known; epoch: number; snapshot: Snapshot }
  | { type: "read"; known: Known }
  | { type: "restore"; known: Known; newGeneration: string; memory: Memory };

/** What the scripts' wrappers answer. */
export type StoreReply =
  | Known
  | number
  | { epoch: number; committed: number }
  | { snapshot: Snapshot | null; committed: number }
  | { isRestored: boolean; generation: string }
  | boolean
  | "lost"
  | "taken"
  | "committed"
  | "stale"
  | "saved";

/** What the protocol insists on. The model check turns one off at a time, to see that it is missed. */
export interface StoreRules {
  commitComparesEpoch: boolean;
  commitComparesPosition: boolean;
  leaseHasOneHolder: boolean;
  newHolderNewEpoch: boolean;
  resignComparesHolder: boolean;
  snapshotComparesEpoch: boolean;
  snapshotsOnlyGoOn: boolean;
}

export const allRules: StoreRules = {
  commitComparesEpoch: true,
  commitComparesPosition: true,
  leaseHasOneHolder: true,
  newHolderNewEpoch: true,
  resignComparesHolder: true,
  snapshotComparesEpoch: true,
  snapshotsOnlyGoOn: true,
};

export const emptyStore: StoreState = {
  generation: null,
  appended: 0,
  committed: 0,
  epoch: 0,
  holder: null,
  leaseUntil: 0,
  lines: [],
  batches: [],
  snapshot: null,
};

type Step = [StoreState, StoreReply];

export function stepStore(state: StoreState, command: StoreCommand, now: number, rules = allRules): Step {
  if ("known" in command && command.type !== "restore" && isLost(state, command.known))
    return [state, "lost"];
  switch (command.type) {
    case "open":
      return open(state, command.newGeneration);
    case "append":
      return append(state, command.lines);
    case "lead":
      return lead(state, command.session, command.leaseMs, now, rules);
    case "resign":
      if (rules.resignComparesHolder && state.holder !== command.session) return [state, false];
      return [{ ...state, holder: null, leaseUntil: 0 }, true];
    case "commit":
      return commit(state, command.batch, rules);
    case "save-snapshot":
      return saveSnapshot(state, command.epoch, command.snapshot, rules);
    case "read":
      return [state, { snapshot: state.snapshot, committed: state.committed }];
    case "restore":
      return restore(state, command.known, command.newGeneration, command.memory);
  }
}

function isLost({ generation, appended }: StoreState, known: Known): boolean {
  return generation !== known.generation || appended < known.position;
}

function open(state: StoreState, newGeneration: string): Step {
  const opened = state.generation === null ? { ...state, generation: newGeneration } : state;
  return [opened, { generation: opened.generation ?? newGeneration, position: opened.appended }];
}

function append(state: StoreState, texts: string[]): Step {
  const added = texts.map((text, index) => ({ position: state.appended + 1 + index, text }));
  const appended = state.appended + texts.length;
  return [{ ...state, appended, lines: [...state.lines, ...added] }, appended];
}

function lead(state: StoreState, session: string, leaseMs: number, now: number, rules: StoreRules): Step {
  const { holder, committed } = state;
  let { epoch } = state;
  if (holder !== session) {
    const isOurs = holder?.startsWith(nodePrefixOf(session)) === true;
    if (rules.leaseHasOneHolder && holder !== null && !isOurs && state.leaseUntil > now)
      return [state, "taken"];
    if (rules.newHolderNewEpoch) epoch += 1;
  }
  return [
    { ...state, epoch, holder: session, leaseUntil: now + leaseMs },
    { epoch, committed },
  ];
}

function commit(state: StoreState, batch: Batch, rules: StoreRules): Step {
  if (rules.commitComparesEpoch && batch.epoch !== state.epoch) return [state, "stale"];
  if (batch.position === state.committed) return [state, "committed"];
  if (rules.commitComparesPosition && batch.after !== state.committed) return [state, "stale"];
  const stored = { position: batch.position, text: JSON.stringify(batch) };
  return [{ ...state, committed: batch.position, batches: [...state.batches, stored] }, "committed"];
}

function saveSnapshot(state: StoreState, epoch: number, snapshot: Snapshot, rules: StoreRules): Step {
  if (rules.snapshotComparesEpoch && epoch !== state.epoch) return [state, "stale"];
  if (rules.snapshotsOnlyGoOn && snapshot.position <= (state.snapshot?.position ?? 0))
    return [state, "saved"];
  const lines = state.lines.filter(({ position }) => position > snapshot.position);
  return [{ ...state, snapshot, lines }, "saved"];
}

function restore(state: StoreState, known: Known, newGeneration: string, memory: Memory): Step {
  const isOlder = state.generation === known.generation && state.appended < known.position;
  if (state.generation !== null && !isOlder)
    return [state, { isRestored: false, generation: state.generation }];
  const { position, committed, epoch, text } = memory;
  const counts = { generation: newGeneration, appended: position, committed, epoch };
  return [
    { ...emptyStore, ...counts, snapshot: { position, text } },
    { isRestored: true, generation: newGeneration },
  ];
}
