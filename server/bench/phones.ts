/** The bench's end of the bank of desk phones. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { within } from "../src/tests/rig/wait-for.ts";
import type { BankOrder, BankReport } from "./phone-bank/protocol.ts";

const program = fileURLToPath(new URL("phone-bank/main.ts", import.meta.url));

export interface PhoneBank {
  /** When the INVITE of this offer reached a phone, in milliseconds of the monotonic clock. */
  invited(offerId: string): Promise<number>;
  /** Talks that a phone ended and that were confirmed. */
  talked(): number;
  close(): Promise<void>;
}

/** Starts the phones and waits until all are registered. Rejects when one is refused. */
export async function openPhoneBank(order: BankOrder): Promise<PhoneBank> {
  const child: ChildProcess = fork(program, [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const arrivals = new Map<string, number>();
  const waiting = new Map<string, (atMs: number) => void>();
  let talked = 0;
  const exited = once(child, "exit");
  const registered = new Promise<void>((resolve, reject) => {
    child.once("exit", () => {
      reject(new Error("The bank of phones ended"));
    });
    child.on("message", (message: BankReport) => {
      if (message.type === "registered" && message.refused.length === 0) resolve();
      else if (message.type === "registered")
        reject(new Error(`Phones were refused: ${message.refused.slice(0, 5).join(", ")}`));
      else if (message.type === "talked") talked += 1;
      else {
        const waiter = waiting.get(message.offerId);
        waiting.delete(message.offerId);
        if (waiter) waiter(message.atMs);
        else arrivals.set(message.offerId, message.atMs);
      }
    });
  });
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await exited;
  };
  child.send(order);
  try {
    await within(`${order.accounts.length} phones to register`, registered, 120_000);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    invited: (offerId) => {
      const early = arrivals.get(offerId);
      arrivals.delete(offerId);
      if (early !== undefined) return Promise.resolve(early);
      const arrival = new Promise<number>((resolve) => waiting.set(offerId, resolve));
      return within(`the INVITE of offer ${offerId}`, arrival, 10_000);
    },
    talked: () => talked,
    close,
  };
}
