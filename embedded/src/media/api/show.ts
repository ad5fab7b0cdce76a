import type { Channel } from "../channel.ts";
import { separateArguments } from "../core/arguments.ts";

const syntax =
  "codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|nat_map|say|interfaces|interface_types|tasks|limits|status";

type Row = Record<string, string>;

function timeText(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}

/** A row of FreeSWITCH's table `channels`, columns in its order. */
function channelRow(channel: Channel, hostname: string): Row {
  const { profile } = channel;
  const law = channel.voice.law ?? "";
  const rate = law === "" ? "" : "8000";
  const bits = law === "" ? "" : "64000";
  return {
    uuid: channel.uuid,
    direction: "inbound",
    created: timeText(channel.createdAtMs),
    created_epoch: String(Math.floor(channel.createdAtMs / 1000)),
    name: channel.name,
    state: channel.state,
    cid_name: profile.callerIdName,
    cid_num: profile.callerIdNumber,
    ip_addr: profile.networkAddress,
    dest: profile.destinationNumber,
    application: channel.variable("current_application") ?? "",
    application_data: channel.variable("current_application_data") ?? "",
    dialplan: "inline",
    context: "mrf",
    read_codec: law,
    read_rate: rate,
    read_bit_rate: bits,
    write_codec: law,
    write_rate: rate,
    write_bit_rate: bits,
    secure: channel.voice.remote?.security === "dtls" ? "srtp:dtls:AES_CM_128_HMAC_SHA1_80" : "",
    hostname,
    presence_id: channel.variable("presence_id") ?? "",
    presence_data: channel.variable("presence_data") ?? "",
    accountcode: channel.variable("accountcode") ?? "",
    callstate: channel.callState,
    callee_name: "",
    callee_num: "",
    callee_direction: "",
    call_uuid: channel.variable("call_uuid") ?? channel.uuid,
    sent_callee_name: "",
    sent_callee_num: "",
    initial_cid_name: profile.callerIdName,
    initial_cid_num: profile.callerIdNumber,
    initial_ip_addr: profile.networkAddress,
    initial_dest: profile.destinationNumber,
    initial_dialplan: "inline",
    initial_context: "mrf",
  };
}

const sideColumns =
  "uuid direction created created_epoch name state cid_name cid_num ip_addr dest presence_id presence_data accountcode callstate callee_name callee_num callee_direction sent_callee_name sent_callee_num".split(
    " ",
  );

/** A row of the view `basic_calls`: a channel and, if bridged, the one that it called. */
function callRow(a: Channel, hostname: string): Row {
  const rowA = channelRow(a, hostname);
  const rowB: Row = a.peer ? channelRow(a.peer, hostname) : {};
  const row: Row = {};
  for (const column of sideColumns) row[column] = rowA[column] ?? "";
  row["call_uuid"] = rowA["call_uuid"] ?? "";
  row["hostname"] = hostname;
  for (const column of sideColumns) row[`b_${column}`] = rowB[column] ?? "";
  row["call_created_epoch"] = a.peer ? String(Math.floor(a.bridgedAtMs / 1000)) : "";
  return row;
}

function asDelimited(rows: Row[], delimiter: string): string {
  const first = rows[0];
  const title = first === undefined ? "" : `${Object.keys(first).join(delimiter)}\n`;
  const lines = rows.map((row) => `${Object.values(row).join(delimiter)}\n`);
  return `${title}${lines.join("")}\n${rows.length} total.\n`;
}

function render(rows: Row[], format: string | undefined, delimiter: string): string {
  if (format === undefined || format === "delim" || format === "csv") return asDelimited(rows, delimiter);
  if (format !== "json") return `-ERR Cannot find format ${format}\n`;
  return rows.length === 0 ? '{"row_count": 0}\n' : JSON.stringify({ row_count: rows.length, rows });
}

/** `show channels|calls|… [count] [as json|delim <d>]` */
export function showCommand(
  channels: ReadonlyMap<string, Channel>,
  hostname: string,
): (argument: string) => string {
  const list = () => [...channels.values()].filter((channel) => channel.isUp);
  const calls = () => list().filter((channel) => channel.peer === undefined || channel.isBridgeOriginator);
  const tables: Record<string, () => Row[]> = {
    channels: () => list().map((channel) => channelRow(channel, hostname)),
    calls: () => calls().map((channel) => callRow(channel, hostname)),
    detailed_calls: () => calls().map((channel) => callRow(channel, hostname)),
    bridged_calls: () =>
      calls()
        .filter((channel) => channel.peer !== undefined)
        .map((channel) => callRow(channel, hostname)),
    detailed_bridged_calls: () =>
      calls()
        .filter((channel) => channel.peer !== undefined)
        .map((channel) => callRow(channel, hostname)),
    registrations: () => [],
  };
  return (argument) => {
    const words = separateArguments(argument);
    const table = tables[words[0]?.toLowerCase() ?? ""];
    if (table === undefined) return `-USAGE: ${syntax}\n`;
    let rows = table();
    const isCount = words[1]?.toLowerCase() === "count";
    const isLike = words[1]?.toLowerCase() === "like" && words[2] !== undefined;
    if (isLike) rows = rows.filter((row) => Object.values(row).some((value) => value.includes(words[2]!)));
    const as = words.findIndex((word) => word.toLowerCase() === "as");
    const format = as < 0 ? undefined : words[as + 1]?.toLowerCase();
    if (!isCount) return render(rows, format, words[as + 2] ?? ",");
    return format === "json"
      ? JSON.stringify({ row_count: rows.length, rows: [] })
      : `\n${rows.length} total.\n`;
  };
}
