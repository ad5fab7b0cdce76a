import type { Property } from "./history.case.ts";
import type { StoreRules } from "./store.case.ts";

/** Something that the world outside does: each thread's next act may come at any moment. */
export type Act =
  | { does: "enter"; caller: string; at: number }
  | { does: "hang-up"; caller: string }
  | { does: "answer"; caller: string }
  | { does: "decline"; caller: string }
  | { does: "release"; caller: string }
  | { does: "agent"; agent: string; at: number; routable: boolean }
  | { does: "close"; at: number };

export type Fault =
  /** The router's lease ends by the store's clock. */
  | "expire"
  /** A node is paused: nothing goes out or comes in until it is resumed. */
  | "pause"
  /** A node's lines or its batches are held up: two connections, two directions. */
  | "hold-lines"
  | "hold-batches"
  /** SIGKILL; it may start again at any time. */
  | "crash"
  /** A command is executed and its answer lost: the node sends it again. */
  | "lose-answer"
  /** The connection breaks with a command on its way: sent again, while the first copy may land at any later time. */
  | "late-copy"
  /** A node's sign of life is overdue and the router lets go of what it held. */
  | "silence"
  /** Time passes up to the next deadline of the board. */
  | "time";

export interface Plan {
  routers: number;
  agents: string[];
  threads: Act[][];
  faults: Fault[];
  mostFaults: number;
  snapshotEvery?: number;
  /** How many batches the store keeps; all by default. */
  keptBatches?: number;
  rules?: Partial<StoreRules>;
  isHasty?: boolean;
  ignored?: Property[];
}
