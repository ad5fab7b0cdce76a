/** A telephony on a pair, with directories in memory, for one test file. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type {
  InboundCall,
  PhoneAccount,
  Telephony,
  TelephonyConfig,
  TelephonyPorts,
  TrunkPeer,
} from "../telephony.ts";
import { plainTrunk } from "../directories.ts";
import { startTelephony } from "../telephony.ts";
import type { Pair } from "./pair.ts";
import { startPair } from "./pair.ts";

export interface Stand {
  pair: Pair;
  telephony: Telephony;
  /** A folder that both this process and the media server can write. */
  folder: string;
  trunks: TrunkPeer[];
  trunksChanged(): void;
  phones: Map<string, PhoneAccount>;
  /** Persons who may not use telephony any more. */
  barred: Set<string>;
  /** Media servers that take no new calls, by name. */
  drained: Set<string>;
  /** The next call that passes the gate. */
  nextCall(): Promise<InboundCall>;
  logged: string[];
  close(): Promise<void>;
}

export const loopback: TrunkPeer = {
  ...plainTrunk,
  ...{ id: "trunk-loopback", name: "Loopback", networks: ["127.0.0.1"] },
};

export async function openStand(
  options: {
    trunks?: TrunkPeer[];
    config?: Partial<TelephonyConfig>;
    pair?: Pair;
    ports?: Partial<TelephonyPorts>;
    maxChannels?: number;
  } = {},
): Promise<Stand> {
  const pair =
    options.pair ??
    (await startPair(options.maxChannels === undefined ? {} : { maxChannels: options.maxChannels }));
  const folder = await mkdtemp(join(tmpdir(), "ringdown-telephony-"));
  const trunks = [...(options.trunks ?? [loopback])];
  const phones = new Map<string, PhoneAccount>();
  const barred = new Set<string>();
  const drained = new Set<string>();
  const listeners = new Set<() => void>();
  const logged: string[] = [];
  const calls: InboundCall[] = [];
  const takers: ((call: InboundCall) => void)[] = [];
  const telephony = startTelephony(
    {
      sip: [pair.sip],
      media: { servers: [pair.media] },
      nodeId: `test-${process.pid}-${Math.random().toString(36).slice(2, 8)}`,
      realm: "ringdown.test",
      credentialKey: "a key of at least thirty-two characters",
      ...options.config,
    },
    {
      clock: systemClock,
      log: collectingLog(logged),
      trunks: {
        list: () => trunks,
        onChange: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      phones: { find: (username) => Promise.resolve(phones.get(username)) },
      people: { isStillAllowed: (personId) => !barred.has(personId) },
      ...options.ports,
      drains: drained,
    },
  );
  telephony.onCall((call) => {
    const taker = takers.shift();
    if (taker) taker(call);
    else calls.push(call);
  });
  await telephony.ready(10_000);
  return {
    ...{ pair, telephony, folder, trunks, phones, barred, drained, logged },
    trunksChanged: () => {
      for (const listener of listeners) listener();
    },
    nextCall: () => {
      const call = calls.shift();
      return call ? Promise.resolve(call) : new Promise((resolve) => takers.push(resolve));
    },
    close: async () => {
      await telephony.close();
      if (!options.pair) await pair.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function collectingLog(lines: string[]): Log {
  const write = (level: string) => (fields: object, sentence: string) => {
    lines.push(`${level} ${sentence} ${JSON.stringify(fields)}`);
  };
  const log: Log = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => log,
  };
  return log;
}
