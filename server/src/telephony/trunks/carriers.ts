import { failedRing } from "../ring.ts";
import type { RingOptions, RingTarget } from "../ring.ts";
import type { TrunkDirectory, TrunkPeer } from "../directories.ts";
import type { DialOutOptions, Ring } from "../interfaces.ts";

export interface CarrierParts {
  trunks: TrunkDirectory;
  /** Sends one INVITE. */
  ring(target: RingTarget, options: RingOptions): Ring;
}

/** Calls out: which trunk takes a number, in which form, and what its limits are. */
export class Carriers {
  readonly #parts: CarrierParts;
  /** Calls in progress by trunk, in both directions. */
  readonly #running = new Map<string, number>();

  constructor(parts: CarrierParts) {
    this.#parts = parts;
  }

  /** Takes a channel of the trunk; the returned function gives it back. Null: the trunk is full. */
  takeChannel(trunk: TrunkPeer): (() => void) | null {
    const count = this.#running.get(trunk.id) ?? 0;
    if (trunk.maximumCalls > 0 && count >= trunk.maximumCalls) return null;
    this.#running.set(trunk.id, count + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.#running.get(trunk.id) ?? 1) - 1;
      if (left > 0) this.#running.set(trunk.id, left);
      else this.#running.delete(trunk.id);
    };
  }

  /** Calls a number through the first trunk that takes calls out, or an address outside. Never throws. */
  dialOut(options: DialOutOptions): Ring {
    const uri = this.#uriFor(options.to);
    if (uri === null) return failedRing("unreachable");
    const { caller, ringTimeoutMs, signal, beside, callId } = options;
    const ringOptions = {
      caller,
      headers: {},
      ringTimeoutMs,
      signal,
      beside,
      callId,
      logFields: {},
    };
    return this.#parts.ring({ uri, personId: "" }, ringOptions);
  }

  /** A number goes to the first enabled trunk that takes calls out. */
  #uriFor(to: string): string | null {
    if (/^sips?:[^\s<>"]+$/i.test(to)) return to;
    if (!/^\+?[0-9*#]+$/.test(to)) return null;
    const trunk = this.#parts.trunks.list().find((each) => each.enabled && each.outbound !== null);
    if (!trunk?.outbound) return null;
    const { uri, transport } = trunk.outbound;
    const host = uri.replace(/^sip:/, "");
    return `sip:${to.replaceAll("#", "%23")}@${host}${transport === "udp" ? "" : `;transport=${transport}`}`;
  }
}
