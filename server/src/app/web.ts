/** The HTTP side: every endpoint of every domain, the realtime socket, the softphones' SIP, the app's files. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Api, startApi } from "../api/api.ts";
import { healthEndpoints } from "../api/health.handlers.ts";
import type { AnsweredRequest } from "../api/request-log.ts";
import type { BoundEndpoint } from "../base/handler.ts";
import { describeError } from "../base/log.ts";
import type { Config } from "../config.ts";
import type { SipCredential } from "../contract/agent-desk.ts";
import { callbackRules } from "../interactions/ask-for-callback.ts";
import { callbackEndpoints } from "../interactions/callbacks.handlers.ts";
import { callerEndpoints } from "../interactions/caller.handlers.ts";
import { deskEndpoints } from "../interactions/desk.handlers.ts";
import { interactionEndpoints } from "../interactions/interactions.handlers.ts";
import { readInteraction } from "../interactions/interactions.postgres.ts";
import { whyEndpoints } from "../interactions/why.handlers.ts";
import { reportEndpoints } from "../reports/reports.ts";
import { openSimulations } from "../simulation/simulation.ts";
import type { SipCredentialIssued } from "../telephony/telephony.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { clientAddressOf } from "./client-address.ts";
import type { Closing } from "./closing.ts";
import { StartError } from "./embedded-pair.ts";
import { openSoftphoneSockets } from "./softphone-sockets.ts";
import { serverEndpoints } from "../admin/admin.ts";
import type { Foundations } from "./foundations.ts";
import { iceServersFor } from "./ice-servers.ts";
import type { Lines } from "./lines.ts";
import type { Screens } from "./screens.ts";

export interface House {
  config: Config;
  parts: Foundations;
  lines: Lines;
  screens: Screens;
  tracing: Tracing | null;
  /** Who hears of each request that was answered. */
  requests: Set<(request: AnsweredRequest) => void>;
  /** What the drain waits for, once it has begun; else null. */
  draining(): string | null;
}

const personTtlMs = 10 * 60_000;
const guestTtlMs = 5 * 60_000;
const sipPath = "/sip";
/** A whole office may come from one address. */
const mostSoftphonesPerAddress = 500;
const app = fileURLToPath(new URL("../../../softphone/dist", import.meta.url));
export const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };

/** Listens and returns the address that people type. Throws StartError when the port can't be had. */
export async function openWeb(house: House, closing: Closing): Promise<string> {
  const { config, parts, lines, screens } = house;
  const { hub } = screens;
  const sipProxy = openSoftphoneSockets(lines, {
    addressOf: clientAddressOf(config.http.trustedProxies),
    mostPerAddress: mostSoftphonesPerAddress,
    clock: parts.clock,
  });
  closing.add("sip proxy", () => {
    sipProxy.close();
  });
  const { host, port, tls, publicUrl, trustedProxies } = config.http;
  const api: Api = await startApi({
    endpoints: [...endpointsOf(house), ...simulationEndpointsOf(house, closing)],
    sessions: parts.admin.sessions,
    upgradeHandlers: {
      "/api/realtime": (request, socket, head) => {
        hub.handleUpgrade(request, socket, head);
      },
      [sipPath]: sipProxy,
    },
    staticDir: app,
    host,
    port,
    tls: tls && { cert: readFileSync(tls.certPath), key: readFileSync(tls.keyPath) },
    log: parts.log,
    version,
    publicUrl,
    trustedProxies,
    onRequest: (request) => {
      for (const hear of house.requests) hear(request);
    },
  }).catch((error: unknown) => {
    throw new StartError(`${describeError(error)}; set RINGDOWN_HTTP_PORT or RINGDOWN_HTTP_HOST`);
  });
  closing.add("api", () => api.close());
  return publicUrl ?? `http${tls ? "s" : ""}://${readableHost(host)}:${api.port}`;
}

function endpointsOf(house: House): BoundEndpoint[] {
  const { parts, lines, screens } = house;
  const { admin, postgres } = parts;
  return [
    ...admin.endpoints,
    ...deskEndpointsOf(house),
    ...callerEndpointsOf(house),
    ...callbackEndpoints({
      postgres,
      callbacks: parts.callbacks,
      desks: house.screens.desks,
      ledger: parts.ledger,
      rulesOf: (queueId) => callbackRules(queueId, admin),
    }),
    ...parts.customers.endpoints,
    ...interactionEndpoints({
      postgres,
      customerOf: (number) => parts.customers.find(number),
      recordings: lines.recordings,
      audit: (...access) => admin.auditRecordingAccess(...access),
    }),
    ...whyEndpoints({
      ...parts,
      agents: screens.agents,
      directory: admin.directory,
      live: (interactionId) => parts.ledger.live(interactionId),
      stored: (interactionId) => readInteraction(postgres, interactionId),
    }),
    ...reportEndpoints({ postgres, directory: admin.directory }),
    ...serverEndpoints({
      postgres,
      drains: lines.drains,
      servers: () => ({ nodeId: house.config.nodeId, ...lines.telephony.servers() }),
    }),
    ...healthEndpoints(
      () => lookAtHealth(house),
      () => lines.telephony.stats(),
    ),
  ];
}

function simulationEndpointsOf({ parts }: House, closing: Closing): BoundEndpoint[] {
  const { postgres, clock, log, admin } = parts;
  const simulations = openSimulations({ postgres, clock, log, directory: admin.directory });
  closing.add("simulations", () => simulations.close());
  return simulations.endpoints;
}

function deskEndpointsOf(house: House): BoundEndpoint[] {
  const { parts, lines, screens } = house;
  const { acd, clock, ledger, admin } = parts;
  const { agents, desks } = screens;
  const { registrar } = lines.telephony;
  return deskEndpoints({
    acd,
    agents,
    clock,
    desks,
    ledger,
    labels: () => admin.labels(),
    issueCredential: (personId) =>
      credential(house, registrar.issueCredential({ kind: "person", personId }, personTtlMs)),
  });
}

function callerEndpointsOf(house: House): BoundEndpoint[] {
  const { config, parts, lines } = house;
  const { registrar } = lines.telephony;
  return callerEndpoints({
    webNumber: (number) => {
      const found = parts.admin.directory.number(number);
      return found?.openToWeb ? { label: found.label } : null;
    },
    issueGuestCredential: (number) => ({
      ...credential(house, registrar.issueCredential({ kind: "guest", number }, guestTtlMs)),
      target: `sip:${number}@${config.sip.domain}`,
    }),
  });
}

function credential({ config, parts }: House, issued: SipCredentialIssued): SipCredential {
  const ice = iceServersFor(config, parts.clock.now());
  return { ...issued, domain: config.sip.domain, socket: sipPath, ...ice };
}

export async function lookAtHealth({ parts, lines, draining }: House) {
  const waitsFor = draining();
  return {
    postgres: await timed(
      parts.postgres.ping().then(
        () => ({ ok: true, sentence: "answers" }),
        (error: unknown) => ({ ok: false, sentence: describeError(error) }),
      ),
    ),
    eventLog: await timed(parts.routerLog.check()),
    ...lines.telephony.health(),
    draining: { ok: waitsFor === null, sentence: waitsFor ?? "taking calls" },
  };
}

async function timed<T extends object>(asking: Promise<T>): Promise<T & { tookMs: number }> {
  const startedAt = performance.now();
  return { ...(await asking), tookMs: performance.now() - startedAt };
}

/** Browsers give microphones to `localhost`, and people read it more easily than an address. */
function readableHost(host: string): string {
  if (["127.0.0.1", "0.0.0.0", "::", "::1"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
