/** Ports, addresses and NAT. */
import { BlockList, isIP } from "node:net";
import { type Finding, notApplicable, ok, problem, warning } from "./finding.ts";

const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ...[["10.0.0.0", 8] as const, ["172.16.0.0", 12] as const, ["192.168.0.0", 16] as const], // RFC 1918
  ...[
    ["127.0.0.0", 8] as const,
    ["169.254.0.0", 16] as const,
    ["100.64.0.0", 10] as const,
    ["0.0.0.0", 8] as const,
  ],
] as const)
  privateNetworks.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["fc00::", 7] as const,
  ["fe80::", 10] as const,
  ["::1", 128] as const,
] as const)
  privateNetworks.addSubnet(network, prefix, "ipv6");

/** Whether the world can't reach it. A name is nobody's address. */
export function isPrivate(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && privateNetworks.check(address, family === 4 ? "ipv4" : "ipv6");
}

export interface PortFacts {
  what: string;
  protocol: "tcp" | "udp";
  port: number;
  variable: string;
  /** Null: it can't be seen on this system. */
  busy: boolean | null;
}

export function judgePorts(ports: readonly PortFacts[], programRuns: boolean): Finding[] {
  return ports.map(({ what, protocol, port, variable, busy }) => {
    const name = `ports: ${what}`;
    if (port === 0) return ok(name, `Any free ${protocol} port is taken`);
    if (busy === null) return notApplicable(name, `Which ports are in use can't be seen on this system`);
    if (programRuns)
      return busy
        ? ok(name, `Ringdown runs, and ${port}/${protocol} is in use`)
        : problem(
            name,
            `Ringdown runs, but nothing listens on ${port}/${protocol}`,
            `Was ${variable} changed since it started? Then restart it`,
          );
    if (!busy) return ok(name, `${port}/${protocol} is free`);
    return problem(
      name,
      `Another program uses ${port}/${protocol}`,
      `End it (ss -lnp ${protocol === "udp" ? "-u" : "-t"} sport = :${port} names it), or set ${variable}`,
    );
  });
}

/** RTP of the embedded media server: two ports a channel; and none that the system hands out to others meanwhile. */
export function judgeRtpRange(
  [low, high]: readonly [number, number],
  channels: number,
  ephemeral: readonly [number, number] | null,
): Finding {
  const name = "ports: RTP";
  const fits = Math.floor((high - low + 1) / 2);
  if (fits < channels)
    return warning(
      name,
      `RTP ports ${low}-${high} serve ${fits} channels, of ${channels} that are allowed`,
      `Widen RINGDOWN_RTP_PORTS, or lower RINGDOWN_MAX_CALLS to ${fits}`,
    );
  if (ephemeral !== null && low <= ephemeral[1] && high >= ephemeral[0])
    return warning(
      name,
      `RTP ports ${low}-${high} overlap those that the system gives to any program (${ephemeral.join("-")})`,
      "Move RINGDOWN_RTP_PORTS below them",
    );
  return ok(name, `RTP ports ${low}-${high} serve ${channels} channels; the firewall must let them in`);
}

export interface NatFacts {
  ownAddresses: readonly string[];
  external: string | undefined;
  /** drachtio and FreeSWITCH have settings of their own, which are looked at by themselves. */
  realServers: boolean;
  /** What STUN servers say that we come from. */
  seenAs: readonly { server: string; address: string }[];
}

export function judgeNat({ ownAddresses, external, realServers, seenAs }: NatFacts): Finding[] {
  const name = "NAT: our address";
  const differing = seenAs.filter(({ address }) => address !== external && !ownAddresses.includes(address));
  if (external !== undefined) {
    const [wrong] = seenAs.filter(({ address }) => address !== external);
    if (wrong !== undefined)
      return [
        problem(
          name,
          `${wrong.server} sees us as ${wrong.address}, but RINGDOWN_EXTERNAL_ADDRESS is ${external}`,
          `Set it to ${wrong.address}, if callers come in by that address too`,
        ),
      ];
    return [ok(name, `Callers are told ${external}${seenAs.length > 0 ? ", and STUN sees us so too" : ""}`)];
  }
  const [outside] = differing;
  if (outside !== undefined) {
    const saw = `${outside.server} sees us as ${outside.address}, which is no address of this machine: it stands behind NAT`;
    const advice = `Set RINGDOWN_EXTERNAL_ADDRESS to ${outside.address}`;
    if (!realServers) return [problem(name, saw, advice)];
    return [warning(name, saw, `${advice}, and drachtio and FreeSWITCH are held to it here`)];
  }
  if (ownAddresses.length > 0 && ownAddresses.every(isPrivate))
    return [
      warning(
        name,
        `All addresses of this machine are private (${ownAddresses.join(", ")})`,
        "If callers or agents come from outside, set RINGDOWN_EXTERNAL_ADDRESS to the address that they see",
      ),
    ];
  return [
    ok(name, `This machine has the address ${ownAddresses.find((each) => !isPrivate(each)) ?? "127.0.0.1"}`),
  ];
}

/** Local addresses of sockets that listen, from /proc/net/{tcp,udp}{,6}: state 0A is LISTEN, 07 an unconnected UDP socket. */
export function readListeners(text: string, protocol: "tcp" | "udp"): Set<number> {
  const state = protocol === "tcp" ? "0A" : "07";
  const ports = new Set<number>();
  for (const line of text.split("\n").slice(1)) {
    const [, local = "", , at] = line.trim().split(/\s+/);
    if (at === state) ports.add(Number.parseInt(local.split(":").at(-1) ?? "", 16));
  }
  return ports;
}
