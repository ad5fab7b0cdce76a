/** Which trunk a request belongs to: by source address, or by digest username. Rebuilt whole after each change. */
import { BlockList, isIP } from "node:net";
import type { TrunkPeer } from "../directories.ts";

export class TrunkTable {
  readonly #byAddress: { trunk: TrunkPeer; list: BlockList }[];
  readonly #byUsername: Map<string, TrunkPeer>;
  readonly #byContact: Map<string, TrunkPeer>;

  constructor(trunks: readonly TrunkPeer[]) {
    const enabled = trunks.filter((trunk) => trunk.enabled);
    this.#byAddress = enabled
      .filter((trunk) => trunk.networks.length > 0)
      .map((trunk) => ({ trunk, list: toBlockList(trunk.networks) }));
    this.#byUsername = new Map(
      enabled.flatMap((trunk) => (trunk.username !== null && trunk.secret ? [[trunk.username, trunk]] : [])),
    );
    this.#byContact = new Map(
      enabled.flatMap((trunk) =>
        trunk.registration && trunk.contactToken ? [[trunk.contactToken, trunk]] : [],
      ),
    );
  }

  /** The trunk whose registrar was given this user part as our Contact. */
  findByContact(user: string): TrunkPeer | undefined {
    return this.#byContact.get(user);
  }

  /** The first trunk, in the directory's order, that lists the address. */
  findByAddress(address: string): TrunkPeer | undefined {
    const plain = plainAddress(address);
    const family = isIP(plain);
    if (family === 0) return undefined;
    const kind = family === 6 ? "ipv6" : "ipv4";
    return this.#byAddress.find(({ list }) => list.check(plain, kind))?.trunk;
  }

  findByUsername(username: string): TrunkPeer | undefined {
    return this.#byUsername.get(username);
  }

  /** Whether any trunk signs in by digest, so that a challenge makes sense for an unknown source. */
  get hasDigestTrunks(): boolean {
    return this.#byUsername.size > 0;
  }
}

/** `[2001:db8::1]` and `::ffff:192.0.2.1` in their plain forms. */
function plainAddress(address: string): string {
  const bare = address.replace(/^\[|\]$/g, "");
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    const family = isIP(address);
    if (family === 0) continue; // the contract refuses such an entry before it is stored
    const kind = family === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, kind);
    else list.addSubnet(address, Number(prefix), kind);
  }
  return list;
}
