import { readFile } from "node:fs/promises";
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { describeError } from "../base/log.ts";
import type { Config } from "../config.ts";
import type { Check, Surroundings } from "./check.ts";
import { type Finding, notApplicable, ok, problem, warning } from "./core/finding.ts";
import {
  isPrivate,
  judgeNat,
  judgePorts,
  judgeRtpRange,
  type PortFacts,
  readListeners,
} from "./core/network.ts";
import { readRelayUrl, type RelayAddress } from "./core/stun.ts";
import { askMappedAddress, tryAllocation } from "./stun-client.ts";

export function networkChecks(around: Surroundings): Check[] {
  const { config } = around;
  return [
    { name: "ports", run: async () => await lookAtPorts(around) },
    { name: "NAT: our address", run: async (signal) => await lookAtNat(config, signal) },
    { name: "DNS", run: async () => await lookAtNames(config) },
    ...turnChecks(config),
  ];
}

async function lookAtPorts({ config, running }: Surroundings): Promise<Finding[]> {
  const { isRunning } = await running();
  const { http, sip, metrics, media, servers } = config;
  const listening = { tcp: await readPorts("tcp"), udp: await readPorts("udp") };
  const port = (what: string, protocol: "tcp" | "udp", number: number, variable: string): PortFacts => {
    const seen = listening[protocol];
    return { what, protocol, port: number, variable, busy: seen && seen.has(number) };
  };
  const ports = [port("web app and API", "tcp", http.port, "RINGDOWN_HTTP_PORT")];
  if (metrics) ports.push(port("metrics", "tcp", metrics.port, "RINGDOWN_METRICS_PORT"));
  if (servers && media.eslPort !== 0)
    ports.push(port("FreeSWITCH's way back", "tcp", media.eslPort, "RINGDOWN_ESL_PORT"));
  if (!servers)
    ports.push(
      port("SIP over UDP", "udp", sip.port, "RINGDOWN_SIP_PORT"),
      port("SIP over TCP", "tcp", sip.port, "RINGDOWN_SIP_PORT"),
      ...(http.tls ? [port("SIP over TLS", "tcp", sip.tlsPort, "RINGDOWN_SIP_TLS_PORT")] : []),
    );
  const rtp = servers ? [] : [judgeRtpRange(media.rtpPorts, media.maxCalls, await readEphemeral())];
  return [...judgePorts(ports, isRunning), ...rtp];
}

/** Null where there is no /proc. */
async function readPorts(protocol: "tcp" | "udp"): Promise<Set<number> | null> {
  const read = (name: string) => readFile(`/proc/net/${name}`, "utf8").catch(() => "");
  const [four, six] = await Promise.all([read(protocol), read(`${protocol}6`)]);
  if (four === "" && six === "") return null;
  return new Set([...readListeners(four, protocol), ...readListeners(six, protocol)]);
}

async function readEphemeral(): Promise<[number, number] | null> {
  const text = await readFile("/proc/sys/net/ipv4/ip_local_port_range", "utf8").catch(() => "");
  const [low, high] = text.trim().split(/\s+/).map(Number);
  return low && high ? [low, high] : null;
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address);
}

/** Only over UDP, and only of servers elsewhere: what is on our side of the NAT sees us from inside. */
async function lookAtNat(config: Config, signal: AbortSignal): Promise<Finding[]> {
  const urls = [...config.iceServers, ...(config.turn?.urls ?? [])];
  const servers = urls.flatMap((url) => {
    const server = readRelayUrl(url);
    return server?.transport === "udp" ? [{ url, server }] : [];
  });
  const asked = await Promise.all(servers.map(({ url, server }) => askOutside(url, server, signal)));
  const seenAs = asked.flatMap(({ seen }) => (seen ? [seen] : []));
  const facts = {
    ownAddresses: ownAddresses(),
    external: config.sip.externalAddress,
    realServers: config.servers !== undefined,
    seenAs,
  };
  return [...judgeNat(facts), ...asked.flatMap(({ finding }) => finding)];
}

async function askOutside(url: string, server: RelayAddress, signal: AbortSignal) {
  const name = `STUN: ${url}`;
  try {
    const address = await askMappedAddress(server, signal);
    const { address: theirs } = await lookup(server.host);
    const seen = isPrivate(theirs) ? null : { server: url, address };
    return { seen, finding: [ok(name, `It answers, and sees us as ${address}`)] };
  } catch (error) {
    const advice = "See that it runs and UDP to it is open; browsers ask it too";
    return { seen: null, finding: [problem(name, `${url} can't be used: ${describeError(error)}`, advice)] };
  }
}

function turnChecks({ turn }: Config): Check[] {
  if (turn === undefined)
    return [
      {
        name: "TURN",
        run: () =>
          Promise.resolve([
            notApplicable(
              "TURN",
              "RINGDOWN_TURN_URLS is not set: browsers whose network lets no UDP through hear nothing",
            ),
          ]),
      },
    ];
  return turn.urls.map((url) => ({
    name: `TURN: ${url}`,
    run: async (signal) => [await tryTurn(url, turn.secret, signal)],
  }));
}

async function tryTurn(url: string, secret: string, signal: AbortSignal): Promise<Finding> {
  const name = `TURN: ${url}`;
  const server = readRelayUrl(url);
  if (server === null)
    return problem(
      name,
      `${url} is no turn: or turns: URL that is understood`,
      "Write it like turn:turn.example.com:3478",
    );
  try {
    const got = await tryAllocation(server, secret, signal);
    if ("code" in got) return refused(name, got);
    const relay = got.relayedAddress ?? "an address that it does not tell";
    if (isPrivate(relay) && !isPrivate((await lookup(server.host)).address))
      return warning(
        name,
        `It relays from ${relay}, which the world can't reach`,
        "Set external-ip in turnserver.conf",
      );
    return ok(name, `It gave a relay at ${relay} for a time-limited credential, and took it back`);
  } catch (error) {
    const advice =
      "See that coturn listens there, and the firewall lets it through (3478/udp and tcp, 5349/tcp)";
    return problem(name, `${url} can't be used: ${describeError(error)}`, advice);
  }
}

/** RFC 8656 section 19 and RFC 8489 section 18.3. */
function refused(name: string, { code, reason }: { code: number; reason: string }): Finding {
  if (code === 401 || code === 441)
    return problem(
      name,
      `It refuses our credential (${code} ${reason})`,
      "Make RINGDOWN_TURN_SECRET its static-auth-secret (with use-auth-secret), and check both clocks",
    );
  if (code === 486 || code === 508)
    return warning(
      name,
      `It has no relay left (${code} ${reason})`,
      "Raise user-quota, total-quota or its port range",
    );
  return problem(name, `It refuses a relay (${code} ${reason})`, "See coturn's log");
}

async function lookAtNames({ http, sip }: Config): Promise<Finding[]> {
  const host = http.publicUrl === undefined ? null : new URL(http.publicUrl).hostname;
  if (host === null)
    return [notApplicable("DNS", "RINGDOWN_PUBLIC_URL is not set: links name this machine as localhost")];
  const name = `DNS: ${host}`;
  try {
    const found = (await lookup(host, { all: true })).map(({ address }) => address);
    const own = [...ownAddresses(), "127.0.0.1", "::1", sip.externalAddress];
    if (found.some((address) => own.includes(address)))
      return [ok(name, `It leads here (${found.join(", ")})`)];
    if (found.every(isPrivate)) return [ok(name, `It leads to ${found.join(", ")}, in this network`)];
    const saw = `It leads to ${found.join(", ")}, which is no address of this machine`;
    return [
      sip.externalAddress === undefined
        ? ok(name, `${saw} (a proxy or NAT)`)
        : warning(name, saw, "Right if a proxy elsewhere serves it; else correct the record"),
    ];
  } catch (error) {
    return [problem(name, `It has no address: ${describeError(error)}`, "Add an A or AAAA record for it")];
  }
}
