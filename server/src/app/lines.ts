/** SIP and media: the embedded pair or the real servers, telephony on top, and recordings. */
import { describeError, type Log } from "../base/log.ts";
import type { Config } from "../config.ts";
import type { Ledger } from "../interactions/ledger.ts";
import { openRecordings, type Recordings } from "../recordings/recordings.ts";
import { type MediaDrains, openMediaDrains, tellMediaServers } from "../admin/admin.ts";
import type { SipSocketTarget } from "../telephony/sip-socket-proxy.ts";
import { startTelephony, type Telephony } from "../telephony/telephony.ts";
import type { Closing } from "./closing.ts";
import {
  type EmbeddedPair,
  recordingsDir,
  shippedMusic,
  StartError,
  startEmbeddedPair,
} from "./embedded-pair.ts";
import type { Foundations } from "./foundations.ts";

export interface Lines {
  pair: EmbeddedPair | null;
  telephony: Telephony;
  recordings: Recordings;
  /** Where browsers' SIP over WebSocket can go: one for each SIP edge. */
  webSockets: SipSocketTarget[];
  drains: MediaDrains;
}

const readyWithinMs = 15_000;

export async function openLines(config: Config, parts: Foundations, closing: Closing): Promise<Lines> {
  const { clock, log, ledger } = parts;
  const root = recordingsDir(config.dataDir);
  const pair = config.servers
    ? null
    : await startEmbeddedPair(config, { recordings: root, music: shippedMusic }, log);
  if (pair !== null) closing.add("embedded pair", () => pair.close());
  const drains = await openMediaDrains(parts.postgres, clock, log);
  closing.add("media drains", () => drains.close());
  const telephony = await connectTelephony(config, pair, { ...parts, drains }, closing);
  const { nodeId } = config;
  const telling = tellMediaServers({ ...parts, nodeId }, () => telephony.servers().media);
  closing.add("view of the media servers", () => telling.close());
  const recordings = openRecordings({ root, clock, log });
  closing.add("recordings", () => recordings.close());
  await recoverFromFormerLife(ledger, recordings, log);
  return { pair, telephony, recordings, drains, webSockets: webSocketsOf(config, pair) };
}

async function connectTelephony(
  config: Config,
  pair: EmbeddedPair | null,
  { admin, clock, log, drains }: Foundations & { drains: MediaDrains },
  closing: Closing,
): Promise<Telephony> {
  const servers = pair ?? config.servers;
  if (servers === undefined) throw new Error("There is neither an embedded pair nor servers");
  const { eslPort, eslHost } = config.media;
  const telephony = startTelephony(
    {
      sip: servers.drachtio,
      media: { servers: servers.freeswitch, listenPort: eslPort, advertisedAddress: eslHost },
      mediaTimeoutMs: config.media.timeoutMs,
      nodeId: config.nodeId,
      realm: config.sip.domain,
      ...(config.sip.region === undefined ? {} : { defaultRegion: config.sip.region }),
      emergencyNumbers: config.sip.emergencyNumbers,
      credentialKey: await admin.instanceSecret("sip-credential-key"),
    },
    {
      ...{ clock, log, trunks: admin.trunks, phones: admin.phones, people: admin.people, drains },
      isOurs: (number) => admin.directory.number(number) !== null,
      registrarLease: admin.registrarLease(config.nodeId),
      onEmergencyCall: (call) => admin.noteEmergencyCall(call),
    },
  );
  closing.add("telephony", () => telephony.close());
  admin.showTrunkLines(telephony.trunks);
  await telephony.ready(readyWithinMs).catch((error: unknown) => {
    throw new StartError(`SIP and media did not come up: ${describeError(error)}`);
  });
  await telephony.reconcile();
  return telephony;
}

/** After a crash: no row claims a call that is gone, and no recording stays half a file. */
async function recoverFromFormerLife(ledger: Ledger, recordings: Recordings, log: Log): Promise<void> {
  const found = await recordings.recover();
  const closed = await ledger.recover(); // before anything is appended: it takes what this life has touched for its own
  for (const { interactionId, events } of found)
    for (const event of events) ledger.append(interactionId, event);
  if (found.length > 0 || closed.interactions > 0)
    log.warn({ ...closed, recordings: found.length }, "What an earlier life left open was closed");
}

function webSocketsOf(config: Config, pair: EmbeddedPair | null): SipSocketTarget[] {
  if (pair) return pair.drachtio.map(({ host, port }) => ({ edge: `${host}:${port}`, ...pair.webSocket }));
  return (config.servers?.drachtio ?? []).map(({ host, port, webSocketUrl }) => {
    const url = new URL(webSocketUrl ?? `ws://${host.includes(":") ? `[${host}]` : host}:8088`);
    const ownPort = Number(url.port || (url.protocol === "wss:" ? 443 : 80));
    return { edge: `${host}:${port}`, host: url.hostname, port: ownPort };
  });
}
