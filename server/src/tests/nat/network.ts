/**
 * A small internet of network namespaces on this machine, made anew for each run and removed after it:
 *
 *   server 10.10.0.2 ── cloud 203.0.113.10 ──┐                 ┌── home   203.0.113.51 ── agent 192.168.51.10
 *      (1:1 NAT, as clouds have it)          ├── 203.0.113.0 ──┼── office 203.0.113.52 ── clerk 192.168.52.10 (TCP only)
 *               relay 203.0.113.20 ──────────┘                 └── branch 203.0.113.53 ── phone 192.168.53.10
 *
 * Besides, this process reaches the server by a link of its own, which nobody else sees. Needs root, iproute2, nftables.
 */
import { execFileSync, spawnSync } from "node:child_process";

const sites = [
  { router: "home", host: "agent", number: 51 },
  { router: "office", host: "clerk", number: 52 },
  { router: "branch", host: "phone", number: 53 },
] as const;
export type Host = "server" | "relay" | "agent" | "clerk" | "phone";

export const publicAddress = { server: "203.0.113.10", relay: "203.0.113.20" };
export const privateAddress = { server: "10.10.0.2", phone: "192.168.53.10" };

export interface Network {
  /** The name of the namespace that a host is. */
  namespaceOf(host: Host): string;
  /** Where this process reaches the server. */
  readonly serverFromHere: string;
  /** The office's router lets these TCP ports out from now on and nothing else; connections over others stall. */
  letOut(tcpPorts: readonly number[]): void;
  /** Removes everything; safe to call twice. */
  close(): void;
}

/** Why this machine can't have such networks; null when it can. */
export function whyNoNetwork(): string | null {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  const missing = ["ip", "nft", "turnserver", "openssl"].filter(
    (command) => spawnSync("sh", ["-c", `command -v ${command}`]).status !== 0,
  );
  if (missing.length > 0) return `there is no ${missing.join(", ")}`;
  const probe = `rd${process.pid}-probe`;
  const made = spawnSync("ip", ["netns", "add", probe], { encoding: "utf8" });
  if (made.status !== 0) return `namespaces are refused here: ${made.stderr.trim()}`;
  const nat = "table ip probe { chain c { type nat hook postrouting priority 100; masquerade; }; }";
  const filtered = spawnSync("ip", ["netns", "exec", probe, "nft", nat], { encoding: "utf8" });
  spawnSync("ip", ["netns", "delete", probe]);
  return filtered.status === 0 ? null : `NAT is refused here: ${filtered.stderr.trim()}`;
}

/** Makes the networks. Whatever was made before it failed is removed again. */
export function openNetwork(): Network {
  const prefix = `rd${process.pid}-`;
  const names = ["net", "cloud", "server", "relay", ...sites.flatMap(({ router, host }) => [router, host])];
  const close = () => {
    for (const name of names) spawnSync("ip", ["netns", "delete", prefix + name]);
  };
  try {
    ip(names.map((name) => `netns add ${prefix}${name}`));
    for (const name of names) ip(["link set lo up"], prefix + name);
    return { ...connect(prefix), namespaceOf: (host) => prefix + host, close };
  } catch (error) {
    close();
    throw error;
  }
}

function connect(prefix: string): Pick<Network, "serverFromHere" | "letOut"> {
  ip(["link add pub type bridge", "link set pub up"], `${prefix}net`);
  joinInternet(prefix, "relay", publicAddress.relay);
  joinInternet(prefix, "cloud", publicAddress.server);
  putBehind(prefix, "cloud", "server", "10.10.0");
  filter(`${prefix}cloud`, [
    `chain in { type nat hook prerouting priority -100; iifname wan dnat to ${privateAddress.server}; }`,
    `chain out { type nat hook postrouting priority 100; oifname wan snat to ${publicAddress.server}; }`,
  ]);
  for (const { router, host, number } of sites) {
    joinInternet(prefix, router, `203.0.113.${number}`);
    putBehind(prefix, router, host, `192.168.${number}`);
    // A new port for each new peer, as NATs have it that are hard on symmetric RTP and on STUN alike.
    const random = router === "branch" ? " random" : "";
    // As forgetful as routers get: 30 s of silence close a mapping, however long it was used.
    within(prefix + router, "echo 30 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream");
    filter(`${prefix}${router}`, [
      `chain out { type nat hook postrouting priority 100; oifname wan masquerade${random}; }`,
    ]);
  }
  return {
    serverFromHere: linkFromHere(prefix),
    letOut: (ports) => {
      letOut(`${prefix}office`, ports);
    },
  };
}

/** `wan` is the side of the internet; what is behind a router hangs on its `lan`. */
function joinInternet(prefix: string, name: string, address: string): void {
  ip([`link add wan netns ${prefix}${name} type veth peer name ${name} netns ${prefix}net`]);
  ip([`link set ${name} master pub up`], `${prefix}net`);
  ip([`address add ${address}/24 dev wan`, "link set wan up"], prefix + name);
  within(prefix + name, "echo 1 > /proc/sys/net/ipv4/ip_forward");
}

function putBehind(prefix: string, router: string, host: string, network: string): void {
  const end = host === "server" ? 2 : 10;
  ip([`link add lan netns ${prefix}${router} type veth peer name eth0 netns ${prefix}${host}`]);
  ip([`address add ${network}.1/24 dev lan`, "link set lan up"], prefix + router);
  ip(
    [`address add ${network}.${end}/24 dev eth0`, "link set eth0 up", `route add default via ${network}.1`],
    prefix + host,
  );
}

/** A link between this process's own network and the server, on addresses that follow from the process id. */
function linkFromHere(prefix: string): string {
  const base = (process.pid % 16_384) * 4;
  const address = (index: number) => `10.255.${base >> 8}.${(base & 255) + index}`;
  const here = `rd${process.pid}`;
  ip([
    `link add ${here} type veth peer name here netns ${prefix}server`,
    `address add ${address(1)}/30 dev ${here}`,
    `link set ${here} up`,
  ]);
  ip([`address add ${address(2)}/30 dev here`, "link set here up"], `${prefix}server`);
  return address(2);
}

function letOut(namespace: string, ports: readonly number[]): void {
  const rules = `tcp dport { ${ports.join(", ")} } accept`;
  filter(
    namespace,
    [`chain through { type filter hook forward priority 0; policy drop; iifname wan accept; ${rules}; }`],
    "office",
  );
}

function filter(namespace: string, chains: readonly string[], table = "nat"): void {
  const text = `table ip ${table} {}\ndelete table ip ${table}\ntable ip ${table} {\n${chains.join("\n")}\n}\n`;
  execFileSync("ip", ["netns", "exec", namespace, "nft", "-f", "-"], { input: text });
}

function within(namespace: string, command: string): void {
  execFileSync("ip", ["netns", "exec", namespace, "sh", "-c", command]);
}

function ip(lines: readonly string[], namespace?: string): void {
  const within = namespace === undefined ? [] : ["-n", namespace];
  execFileSync("ip", [...within, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}
