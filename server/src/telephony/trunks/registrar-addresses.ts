import { lookup, resolveSrv } from "node:dns/promises";
import { isIP } from "node:net";
import type { Clock } from "../../base/clock.ts";
import type { TrunkPeer } from "../directories.ts";
import { carrierHost } from "./carrier-uri.ts";

const againEveryMs = 600_000;

/** The addresses behind registrars' names: a trunk that we register is known by them, too. */
export class RegistrarAddresses {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #hosts: ReadonlyMap<string, string> = new Map();
  #found = new Map<string, readonly string[]>();
  #stopTimer: () => void = () => undefined;
  #isClosed = false;

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Empty until they are looked up. */
  of(trunkId: string): readonly string[] {
    return this.#found.get(this.#hosts.get(trunkId) ?? "") ?? [];
  }

  follow(trunks: readonly TrunkPeer[]): void {
    this.#hosts = new Map(
      trunks.flatMap(({ id, enabled, registration }) =>
        enabled && registration ? [[id, registration.registrarUri]] : [],
      ),
    );
    void this.#look(); // never rejects
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
  }

  async #look(): Promise<void> {
    this.#stopTimer();
    const hosts = [...new Set(this.#hosts.values())];
    if (hosts.length === 0) return;
    const found = await Promise.all(hosts.map(async (host) => [host, await addressesOf(host)] as const));
    if (this.#isClosed) return;
    const before = JSON.stringify([...this.#found]);
    // A name that can't be looked up now keeps the addresses that it had.
    const addresses = found.map(([host, now]) => [host, now ?? this.#found.get(host) ?? []] as const);
    this.#found = new Map(addresses);
    this.#stopTimer();
    this.#stopTimer = this.#clock.setTimer(this.#clock.now() + againEveryMs, () => void this.#look());
    if (JSON.stringify([...this.#found]) !== before) this.#onChange();
  }
}

/** By SRV where the URI gives no port (RFC 3263 §4.2), else by A and AAAA; null: the resolver has no answer. */
async function addressesOf(registrarUri: string): Promise<string[] | null> {
  const host = carrierHost(registrarUri).replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return [host];
  const hasPort = /:\d+$/.test(registrarUri.slice("sip:".length));
  const names = hasPort ? [] : await serviceNames(host);
  const all = await Promise.all((names.length === 0 ? [host] : names).map(lookUp));
  const addresses = all.flat();
  return addresses.length === 0 ? null : [...new Set(addresses)].toSorted();
}

async function serviceNames(host: string): Promise<string[]> {
  const services = ["_sip._udp", "_sip._tcp", "_sips._tcp"];
  const found = await Promise.allSettled(services.map((service) => resolveSrv(`${service}.${host}`)));
  return found.flatMap((each) => (each.status === "fulfilled" ? each.value.map(({ name }) => name) : []));
}

async function lookUp(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return []; // no such name, or no resolver: told by the registration itself, which fails
  }
}
