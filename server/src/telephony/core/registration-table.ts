/**
 * Who can be reached where. Pure: time comes with each call, and each change says what it did.
 *
 * A softphone account (one per person) has one binding: a newer softphone replaces the older one. A desk phone account
 * may have several contacts, newest first.
 */

export type DeviceKind = "softphone" | "desk-phone";

export interface Binding {
  personId: string;
  kind: DeviceKind;
  /** The SIP username that registered. */
  username: string;
  /** The Contact's URI as sent. */
  contact: string;
  /** Where it came from, and over which of our edges (by name). */
  source: { address: string; port: number; transport: string; edge: string };
  callId: string;
  cseq: number;
  registeredAt: number;
  expiresAt: number;
}

export type RemovalCause =
  "expired" | "unregistered" | "replaced" | "connection-lost" | "not-allowed" | "unreachable";

export interface RegistrationChange {
  /** Set when the binding is new (not a refresh). */
  added: Binding | null;
  removed: { binding: Binding; cause: RemovalCause }[];
}

/** More contacts than anyone has phones: the oldest makes room. */
export const mostContactsPerAccount = 8;

export class RegistrationTable {
  readonly #byPerson = new Map<string, Binding[]>();

  /** Adds or refreshes. `stale`: an older CSeq of the same Call-ID (RFC 3261 §10.3 step 7), nothing changed. */
  put(binding: Binding): RegistrationChange | "stale" {
    const all = this.#byPerson.get(binding.personId) ?? [];
    const same = all.find((other) => isSameContact(other, binding));
    if (same && same.callId === binding.callId && binding.cseq <= same.cseq) return "stale";
    const removed = all.filter((other) => other !== same && isReplacedBy(other, binding));
    const kept = all.filter((other) => other !== same && !removed.includes(other));
    const account = kept.filter((other) => isSameAccount(other, binding));
    const surplus = account.slice(mostContactsPerAccount - 1);
    this.#byPerson.set(binding.personId, [binding, ...kept.filter((other) => !surplus.includes(other))]);
    return {
      added: same ? null : binding,
      removed: [...removed, ...surplus].map((old) => ({ binding: old, cause: "replaced" as const })),
    };
  }

  /** Takes out every binding that matches. */
  remove(matches: (binding: Binding) => boolean, cause: RemovalCause): RegistrationChange {
    const removed: Binding[] = [];
    for (const [personId, bindings] of this.#byPerson) {
      const gone = bindings.filter(matches);
      if (gone.length === 0) continue;
      removed.push(...gone);
      const kept = bindings.filter((binding) => !gone.includes(binding));
      if (kept.length > 0) this.#byPerson.set(personId, kept);
      else this.#byPerson.delete(personId);
    }
    return { added: null, removed: removed.map((binding) => ({ binding, cause })) };
  }

  expire(now: number): RegistrationChange {
    return this.remove((binding) => binding.expiresAt <= now, "expired");
  }

  /** When the next binding expires; null when there is none. */
  nextExpiry(): number | null {
    let next: number | null = null;
    for (const bindings of this.#byPerson.values()) {
      for (const { expiresAt } of bindings) next = next === null ? expiresAt : Math.min(next, expiresAt);
    }
    return next;
  }

  /** A person's bindings in the order in which to ring them: the softphone, then the newest desk phone. */
  of(personId: string): readonly Binding[] {
    const bindings = this.#byPerson.get(personId) ?? [];
    return [...bindings].sort((a, b) => rank(a) - rank(b) || b.registeredAt - a.registeredAt);
  }

  /** The bindings of one SIP account. */
  ofAccount(personId: string, username: string): readonly Binding[] {
    return (this.#byPerson.get(personId) ?? []).filter((binding) => binding.username === username);
  }

  hasDeskPhone(username: string): boolean {
    for (const bindings of this.#byPerson.values()) {
      if (bindings.some((binding) => binding.kind === "desk-phone" && binding.username === username))
        return true;
    }
    return false;
  }

  countOn(edge: string): number {
    let count = 0;
    for (const bindings of this.#byPerson.values())
      count += bindings.filter(({ source }) => source.edge === edge).length;
    return count;
  }

  all(): readonly Binding[] {
    return [...this.#byPerson.values()].flat();
  }

  get size(): number {
    let size = 0;
    for (const bindings of this.#byPerson.values()) size += bindings.length;
    return size;
  }
}

function rank(binding: Binding): number {
  return binding.kind === "softphone" ? 0 : 1;
}

function isSameAccount(a: Binding, b: Binding): boolean {
  return a.kind === b.kind && (a.kind === "softphone" || a.username === b.username);
}

/** The same phone registering again. A softphone is its connection: its username changes with each credential. */
function isSameContact(a: Binding, b: Binding): boolean {
  if (!isSameAccount(a, b) || a.contact !== b.contact) return false;
  if (a.kind === "desk-phone") return true;
  return (
    a.source.address === b.source.address &&
    a.source.port === b.source.port &&
    a.source.edge === b.source.edge
  );
}

function isReplacedBy(old: Binding, fresh: Binding): boolean {
  return fresh.kind === "softphone" && old.kind === "softphone";
}
