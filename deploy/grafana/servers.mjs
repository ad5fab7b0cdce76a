// Panels about media servers, SIP edges and carriers.
import { lines, red, steps } from "./panels.mjs";
import { increase } from "./queries.mjs";

const byServer = (metric, fold = "max") => `${fold} by (server) (${metric})`;
const server = "{{server}}";

export const servers = [
  lines(
    "Media servers",
    "1 when every node reaches it. One that drains or pauses takes no new calls.",
    { unit: "short", max: 1 },
    [byServer("ringdown_media_server_up", "min"), "{{server}}"],
    [byServer("ringdown_media_server_draining"), "{{server}} drains"],
    [byServer("ringdown_media_server_paused"), "{{server}} is paused"],
  ),
  lines(
    "How full media servers are",
    "Sessions of everybody, of those that it takes. At 1 it refuses calls; beyond 0.9 somebody is told.",
    { unit: "percentunit", line: 0.9, legend: server },
    [
      `${byServer("ringdown_media_server_sessions")} / (${byServer("ringdown_media_server_max_sessions")} > 0)`,
    ],
  ),
  lines(
    "How idle media servers are",
    "Of the machine's processors. Below 15 % sound begins to suffer.",
    { unit: "percentunit", max: 1, thresholds: steps(red, [0.15, "transparent"]), legend: server },
    [byServer("ringdown_media_server_idle_cpu_ratio", "min")],
  ),
  lines(
    "Channels that were not given",
    "By media server and cause: refused by a status, no answer in time, failed.",
    { unit: "short", stacked: true, legend: "{{server}} {{cause}}" },
    [increase("ringdown_media_channel_failures_total", "server, cause")],
  ),
  lines("SIP edges", "1 when every node reaches it.", { unit: "short", max: 1, legend: server }, [
    byServer("ringdown_sip_server_up", "min"),
  ]),
  lines(
    "Reconnects",
    "Connections after the first one, to media servers and SIP edges: a network or a server that comes and goes.",
    { unit: "short", stacked: true, legend: server },
    [increase("ringdown_media_server_reconnects_total", "server")],
    [increase("ringdown_sip_server_reconnects_total", "server")],
  ),
  lines("Phones by SIP edge", "Registered over it.", { unit: "short", stacked: true, legend: server }, [
    "sum by (server) (ringdown_sip_server_registrations)",
  ]),
  lines(
    "drachtio's own figures",
    "Dialogs in progress, and connections of Ringdown to it (at least one for each node).",
    { unit: "short" },
    ["sum by (instance) (drachtio_stable_dialogs)", "dialogs {{instance}}"],
    ["sum by (instance) (drachtio_app_connections)", "Ringdown connected {{instance}}"],
  ),
];

/** By carrier, as by queue. */
const byTrunk = (expression) =>
  `(${expression}) * on (trunk_id) group_left (name) max by (trunk_id, name) (ringdown_trunk_info)`;
const trunk = "{{name}}";

export const trunks = [
  lines(
    "Carriers",
    "1 when it answers OPTIONS. Absent when it is not checked.",
    { unit: "short", max: 1 },
    [byTrunk("min by (trunk_id) (ringdown_trunk_up)"), trunk],
    [byTrunk("max by (trunk_id) (ringdown_trunk_registered)"), "{{name}} registered"],
  ),
  lines(
    "Calls by carrier",
    "In progress, in and out.",
    { unit: "short", stacked: true, legend: "{{name}} {{direction}}" },
    [
      "(sum by (trunk_id, direction) (ringdown_trunk_calls)) * on (trunk_id) group_left (name) max by (trunk_id, name) (ringdown_trunk_info)",
    ],
  ),
  lines(
    "Attempts at calls out",
    "By how they ended. congestion, unreachable and silent are the carrier's; busy and no-answer are people.",
    { unit: "short", stacked: true, legend: "{{cause}}" },
    [increase("ringdown_trunk_attempts_total", "cause")],
  ),
  lines("Carriers' round trip", "How long the last answer to OPTIONS took.", { unit: "s", legend: trunk }, [
    byTrunk("max by (trunk_id) (ringdown_trunk_round_trip_seconds)"),
  ]),
];
