/** What the bench and its bank of desk phones (a process of its own) tell each other over IPC. */

export interface BankAccount {
  username: string;
  password: string;
}

/** "ring": rings until the CANCEL. "talk": answers at once and hangs up `talkMs` after the ACK. */
export type BankBehaviour = { does: "ring" } | { does: "talk"; talkMs: number };

export interface BankOrder {
  registrar: { host: string; port: number };
  domain: string;
  accounts: BankAccount[];
  behaviour: BankBehaviour;
  /** Where the phones want their audio: a port that takes it. */
  mediaPort: number;
}

export type BankReport =
  | { type: "registered"; refused: string[] }
  /** An INVITE arrived; `atMs` is the machine's monotonic clock, the same in every process. */
  | { type: "invited"; username: string; offerId: string; atMs: number }
  | { type: "talked" };

/** Milliseconds of CLOCK_MONOTONIC, comparable between processes. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
