import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../src/embedded.ts";
import { sine } from "./peer/tone.ts";
import { writeWav } from "./peer/wav.ts";

export interface Door {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/** A SIP edge and a media server, whichever they are; the suite may not ask which. */
export interface Pair {
  readonly drachtio: Door;
  readonly freeswitch: Door;
  /** A folder that this process and the media server both reach under the same path. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Limits that a test needs to be small. Real servers have theirs from their own configuration. */
export interface PairOptions {
  readonly maxChannels?: number;
}

/** True when real servers are named: `npm run test:live`. */
export const isLive = process.env["DRACHTIO_HOST"] !== undefined;

/**
 * Opens the pair that the suite runs on: the real servers named by DRACHTIO_HOST, DRACHTIO_PORT, DRACHTIO_SECRET,
 * FREESWITCH_HOST, FREESWITCH_PORT and FREESWITCH_SECRET, else an embedded pair of its own on free ports.
 * RINGDOWN_LIVE_DIR names the shared folder when the real media server is on another machine.
 */
export function openPair(options: PairOptions = {}): Promise<Pair> {
  return isLive ? Promise.resolve(openRealPair()) : openEmbeddedPair(options);
}

/** The product takes lists of servers by the same variables: the suite has the first of each. */
function firstOf(list: string): string {
  return (list.split(",")[0] ?? "").trim();
}

function doorOf(name: "DRACHTIO" | "FREESWITCH", defaultPort: number): Door {
  const needed = (variable: string): string => {
    const value = process.env[`${name}_${variable}`];
    if (value === undefined || value === "") throw new Error(`${name}_${variable} is not set`);
    return value;
  };
  return {
    host: firstOf(needed("HOST")),
    port: Number(firstOf(process.env[`${name}_PORT`] ?? String(defaultPort))),
    secret: needed("SECRET"),
  };
}

function makeFolder(): string {
  const base = process.env["RINGDOWN_LIVE_DIR"] ?? tmpdir();
  mkdirSync(base, { recursive: true });
  return mkdtempSync(join(base, "ringdown-conformance-"));
}

function openRealPair(): Pair {
  const folder = makeFolder();
  return {
    drachtio: doorOf("DRACHTIO", 9022),
    freeswitch: doorOf("FREESWITCH", 8021),
    folder,
    close: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

async function openEmbeddedPair({ maxChannels = 100 }: PairOptions): Promise<Pair> {
  const folder = makeFolder();
  const music = join(folder, "music.wav");
  writeWav(music, sine(523, 8000, 8000 * 10), 8000);
  const secret = "conformance";
  const host = "127.0.0.1";
  const embedded = await startEmbedded({
    sipEdge: {
      control: { host, port: 0, secret },
      listen: (["udp", "tcp", "ws"] as const).map((protocol) => ({ protocol, host, port: 0 })),
    },
    media: {
      eventSocket: { host, port: 0, password: secret },
      sip: { host, port: 0 },
      rtp: { address: host },
      maxChannels,
      localStreams: { moh: [music] },
    },
  });
  return {
    drachtio: { host, port: embedded.sipEdge.control.port, secret },
    freeswitch: { host, port: embedded.media.eventSocket.port, secret },
    folder,
    close: async () => {
      await embedded.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
