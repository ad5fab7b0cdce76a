/** Keeps the way to phones behind NAT open, by a request every now and then. */
import type { Clock } from "../base/clock.ts";
import { dueNow } from "./core/nat-binding.ts";
import type { Binding } from "./core/registration-table.ts";

export interface KeepOpenParts {
  bindings(): readonly Binding[];
  /** Sends one request, whose answer does not matter. */
  ping(binding: Binding): void;
  clock: Clock;
}

/** Runs until the returned function is called, which is idempotent. */
export function keepPhonesOpen({ bindings, ping, clock }: KeepOpenParts): () => void {
  let second = 0;
  let cancel: () => void = () => undefined;
  const tick = () => {
    for (const binding of dueNow(bindings(), second++)) ping(binding);
    cancel = clock.setTimer(clock.now() + 1_000, tick);
  };
  tick();
  return () => {
    cancel();
  };
}
