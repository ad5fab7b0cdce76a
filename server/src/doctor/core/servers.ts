/** drachtio and FreeSWITCH. */
import { type Finding, ok, problem, warning } from "./finding.ts";
import { isPrivate } from "./network.ts";

export interface DrachtioFacts {
  where: string;
  version: string | null;
  /** As it announces them: "udp/192.0.2.1:5060". */
  listeners: readonly string[];
}

/** Listeners: calls need UDP, TCP or TLS; browsers WS or WSS. */
export function judgeDrachtio(facts: DrachtioFacts, external: string | undefined): Finding[] {
  const { where, version, listeners } = facts;
  const protocols = new Set(listeners.map((each) => each.split("/")[0]));
  const list = listeners.join(", ") || "nothing";
  const findings = [ok(`drachtio ${where}: control port`, `drachtio ${version ?? ""} answers, and knows us`)];
  const name = `drachtio ${where}: SIP`;
  if (!["udp", "tcp", "tls"].some((each) => protocols.has(each)))
    findings.push(
      problem(name, `It listens on ${list}: no telephone gets in`, "Add a --contact with transport=udp,tcp"),
    );
  else if (!protocols.has("ws") && !protocols.has("wss"))
    findings.push(
      problem(name, `It listens on ${list}: no browser gets in`, "Add a --contact with transport=ws"),
    );
  else findings.push(ok(name, `It listens on ${list}`));
  return [...findings, ...judgeAnnounced(where, listeners, external)];
}

function judgeAnnounced(
  where: string,
  listeners: readonly string[],
  external: string | undefined,
): Finding[] {
  const hosts = listeners
    .filter((each) => /^(udp|tcp|tls)\//.test(each))
    .map((each) =>
      each
        .replace(/^\w+\//, "")
        .replace(/:\d+$/, "")
        .replace(/^\[|\]$/g, ""),
    );
  if (hosts.length === 0) return [];
  const name = `drachtio ${where}: address for callers`;
  if (external !== undefined && hosts.includes(external)) return [ok(name, `It announces ${external}`)];
  const saw = `It announces ${[...new Set(hosts)].join(", ")}`;
  if (external !== undefined)
    return [problem(name, `${saw}, not ${external}`, `Start drachtio with --external-ip ${external}`)];
  if (hosts.every(isPrivate))
    return [
      warning(
        name,
        `${saw}: only this network reaches that`,
        "For callers from outside, start drachtio with --external-ip ADDRESS, and set RINGDOWN_EXTERNAL_ADDRESS",
      ),
    ];
  return [ok(name, saw)];
}

export interface FreeswitchFacts {
  where: string;
  version: string;
  profile: { rtpAddress: string; externalRtpAddress: string | null } | null;
  /** Of those that are asked for. */
  missingModules: readonly string[];
  codecs: readonly string[];
  maxSessions: number;
  currentSessions: number;
  /** Null: its configuration does not tell. */
  rtpPorts: [number, number] | null;
}

export const neededModules = [
  ...["mod_event_socket", "mod_sofia", "mod_commands", "mod_dptools", "mod_conference", "mod_sndfile"],
  ...["mod_spandsp", "mod_opus", "mod_local_stream", "mod_tone_stream"],
];
const neededCodecs = ["OPUS", "G.722", "G.711 ulaw", "G.711 alaw"];

export function judgeFreeswitch(facts: FreeswitchFacts, external: string | undefined): Finding[] {
  const { where, version, profile, missingModules, codecs } = facts;
  const name = (what: string) => `FreeSWITCH ${where}: ${what}`;
  const lackingCodecs = neededCodecs.filter((codec) => !codecs.some((has) => has.includes(codec)));
  return [
    ok(name("event socket"), `FreeSWITCH ${version} answers, and knows us`),
    profile === null
      ? problem(
          name("SIP profile"),
          "There is no profile drachtio_mrf",
          "Start it with freeswitch-config/ of this version of Ringdown",
        )
      : ok(name("SIP profile"), "The profile drachtio_mrf runs"),
    missingModules.length > 0
      ? problem(name("modules"), `${missingModules.join(", ")} not loaded`, "Load them in modules.conf.xml")
      : ok(name("modules"), "All modules that are needed are loaded"),
    lackingCodecs.length > 0
      ? problem(name("codecs"), `${lackingCodecs.join(", ")} missing`, "Load mod_opus and mod_spandsp")
      : ok(name("codecs"), "Opus, G.722, PCMU and PCMA are there"),
    ...judgeCapacity(name, facts),
    ...(profile === null ? [] : [judgeMediaAddress(name, profile, external)]),
  ];
}

function judgeCapacity(name: (what: string) => string, facts: FreeswitchFacts): Finding[] {
  const { maxSessions, currentSessions, rtpPorts } = facts;
  const load = `${currentSessions} of ${maxSessions} channels are in use`;
  const sessions =
    currentSessions > 0.9 * maxSessions
      ? warning(name("channels"), load, "Raise FREESWITCH_MAX_CHANNELS, or add a server to FREESWITCH_HOST")
      : ok(name("channels"), load);
  if (rtpPorts === null) return [sessions];
  const [low, high] = rtpPorts;
  const fits = Math.floor((high - low + 2) / 2);
  const ports = `RTP ports ${low}-${high} serve ${fits} channels`;
  if (fits >= maxSessions) return [sessions, ok(name("RTP ports"), ports)];
  const advice = `Widen FREESWITCH_RTP_START_PORT to FREESWITCH_RTP_END_PORT, or lower FREESWITCH_MAX_CHANNELS to ${fits}`;
  return [sessions, warning(name("RTP ports"), `${ports}, of ${maxSessions} that are allowed`, advice)];
}

function judgeMediaAddress(
  name: (what: string) => string,
  { rtpAddress, externalRtpAddress }: NonNullable<FreeswitchFacts["profile"]>,
  external: string | undefined,
): Finding {
  const told = externalRtpAddress ?? rtpAddress;
  const what = name("address for media");
  const saw = `It tells callers to send audio to ${told}`;
  if (external !== undefined && told !== external)
    return problem(what, `${saw}, not to ${external}`, `Set FREESWITCH_EXTERNAL_IP to ${external}`);
  if (!isPrivate(told)) return ok(what, saw);
  return warning(what, `${saw}: only this network reaches that`, "Behind NAT, set FREESWITCH_EXTERNAL_IP");
}

/** What it says of itself (mod_commands: status). */
export function readStatus(text: string): { maxSessions: number; currentSessions: number } {
  const max = /(\d+) session\(s\) max/.exec(text)?.[1];
  const now = /(\d+) session\(s\) - peak/.exec(text)?.[1];
  return { maxSessions: Number(max ?? 0), currentSessions: Number(now ?? 0) };
}

/** `sofia status profile drachtio_mrf`: lines of a name and a value, tabs between. Null: there is no such profile. */
export function readProfile(text: string): FreeswitchFacts["profile"] {
  const valueOf = (name: string) => new RegExp(`^${name}\\s+(\\S+)`, "m").exec(text)?.[1] ?? null;
  const rtpAddress = valueOf("RTP-IP");
  return rtpAddress === null ? null : { rtpAddress, externalRtpAddress: valueOf("Ext-RTP-IP") };
}
