/** Kamailio as a carrier: a registrar with digest, a proxy that records its route and asks for a password. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../rig/free-port.ts";
import { type RunningProcess, startProcess } from "../../rig/processes.ts";
import { makeFolder } from "./program.ts";

export interface Kamailio {
  port: number;
  uri: string;
  output(): string;
  /** It is gone, as a carrier that has failed; comes back by `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface KamailioOptions {
  username: string;
  password: string;
  /** Calls to this number go to whoever is registered here; all others go to `telephonePort`. */
  houseNumber: string;
  telephonePort: number;
}

export async function openKamailio(options: KamailioOptions): Promise<Kamailio> {
  const folder = await makeFolder("kamailio");
  const port = await freePort();
  const file = join(folder.path, "kamailio.cfg");
  await writeFile(file, configuration(options, port));
  let running: RunningProcess | null = null;
  let said = "";
  const kamailio: Kamailio = {
    port,
    uri: `sip:127.0.0.1:${port}`,
    output: () => said + (running?.output() ?? ""),
    async start() {
      running = await startProcess("kamailio", {
        args: ["-DD", "-E", "-m", "32", "-M", "4", "-Y", folder.path, "-f", file],
      });
      await running.saying(/carrier is ready/);
    },
    async stop() {
      said = kamailio.output();
      await running?.stop();
      running = null;
    },
    async close() {
      await kamailio.stop();
      await folder.remove();
    },
  };
  await kamailio.start();
  return kamailio;
}

function configuration(
  { username, password, houseNumber, telephonePort }: KamailioOptions,
  port: number,
): string {
  const secret = `"carrier.test", "${password}", "0"`;
  return `
debug=1
log_stderror=yes
children=1
auto_aliases=no
disable_tcp=no
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 60)
modparam("rr", "enable_full_lr", 1)

event_route[core:worker-one-init] { xlog("L_ALERT", "carrier is ready\\n"); }

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  xlog("L_ALERT", "carrier sees $rm $ru from $si:$sp au=$au totag=$tt\\n");
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not in a dialog of ours");
    exit;
  }
  t_check_trans();
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate(${secret}) || $au != "${username}") { www_challenge("carrier.test", "1"); exit; }
    save("location");
    xlog("L_ALERT", "carrier saved $ct expires=$hdr(Expires)\\n");
    exit;
  }
  if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  record_route();
  if ($rU == "${houseNumber}") {
    $ru = "sip:${username}@127.0.0.1";
    if (!lookup("location")) { sl_send_reply("480", "Not registered"); exit; }
    t_relay();
    exit;
  }
  if (!pv_proxy_authenticate(${secret}) || $au != "${username}") { proxy_challenge("carrier.test", "1"); exit; }
  consume_credentials();
  $du = "sip:127.0.0.1:${telephonePort}";
  t_relay();
}
`;
}
