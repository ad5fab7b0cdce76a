import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeError } from "../base/log.ts";
import type { Config, FreeswitchAddress } from "../config.ts";
import { type Check, type Surroundings, unreachable } from "./check.ts";
import { type Finding, notApplicable, ok, problem, warning } from "./core/finding.ts";
import { judgeFreeswitch, neededModules, readProfile, readStatus } from "./core/servers.ts";
import { type EventSocket, openEventSocket, Refused } from "./event-socket.ts";

/** A shipped prompt: FreeSWITCH plays it by this path. */
const shippedPrompt = fileURLToPath(new URL("../../assets/prompts/en/welcome.wav", import.meta.url));

export function freeswitchChecks({ config }: Surroundings): Check[] {
  if (config.servers === undefined)
    return [
      {
        name: "FreeSWITCH",
        run: () =>
          Promise.resolve([
            notApplicable("FreeSWITCH", "The embedded media server is used (no FREESWITCH_HOST)"),
          ]),
      },
    ];
  return config.servers.freeswitch.flatMap((server) => [
    asking(server, "event socket", async (socket, where) => await askAbout(socket, where, config)),
    asking(server, "files", async (socket, where) => await tryFiles(socket, where, config)),
    asking(server, "way back to us", async (socket, where) => [await tryWayBack(socket, where, config)]),
  ]);
}

function asking(
  server: FreeswitchAddress,
  what: string,
  ask: (socket: EventSocket, where: string) => Promise<Finding[]>,
): Check {
  const where = `${server.host}:${server.port}`;
  const name = `FreeSWITCH ${where}: ${what}`;
  return {
    name,
    async run(signal) {
      let socket: EventSocket;
      try {
        socket = await openEventSocket(server, signal);
      } catch (error) {
        // Told once, by the first of these checks.
        if (what !== "event socket") return [notApplicable(name, "Its event socket can't be used")];
        const advice =
          error instanceof Refused
            ? "Make FREESWITCH_SECRET the same here and there, and let this machine in"
            : "See that FreeSWITCH runs and its event socket is open for this machine (FREESWITCH_HOST, FREESWITCH_PORT)";
        return [unreachable(name, `FreeSWITCH at ${where}`, error, advice)];
      }
      try {
        return await ask(socket, where);
      } finally {
        socket.close();
      }
    },
  };
}

async function askAbout(socket: EventSocket, where: string, config: Config): Promise<Finding[]> {
  const version = await socket.api("version");
  const missingModules: string[] = [];
  for (const module of neededModules)
    if ((await socket.api(`module_exists ${module}`)).trim() !== "true") missingModules.push(module);
  const codecs = (await socket.api("show codec")).split("\n");
  const ports = /^(\d+) (\d+)$/.exec((await socket.api("eval $${rtp_start_port} $${rtp_end_port}")).trim());
  return judgeFreeswitch(
    {
      where,
      version: /\d+\.\d+\.\d+\S*/.exec(version)?.[0] ?? version.trim().slice(0, 40),
      profile: readProfile(await socket.api("sofia status profile drachtio_mrf")),
      missingModules,
      codecs,
      ...readStatus(await socket.api("status")),
      rtpPorts: ports ? [Number(ports[1]), Number(ports[2])] : null,
    },
    config.sip.externalAddress,
  );
}

/** Prompts are read, and recordings written, by paths that Ringdown names: both must see the same files there. */
async function tryFiles(socket: EventSocket, where: string, { dataDir }: Config): Promise<Finding[]> {
  const exists = async (path: string) => (await socket.api(`file_exists ${path}`)).trim() === "true";
  const reads = `FreeSWITCH ${where}: reads our prompts`;
  const seesPrompt = await exists(shippedPrompt);
  return [
    seesPrompt
      ? ok(reads, `It sees ${shippedPrompt}`)
      : problem(
          reads,
          `It does not see ${shippedPrompt}`,
          "Give it Ringdown's folder under the same path (a volume)",
        ),
    await tryRecording(socket, where, dataDir, exists),
  ];
}

async function tryRecording(
  socket: EventSocket,
  where: string,
  dataDir: string,
  exists: (path: string) => Promise<boolean>,
): Promise<Finding> {
  const name = `FreeSWITCH ${where}: writes recordings`;
  const recordings = join(dataDir, "recordings");
  // Made by Ringdown alone, so that it is its user's.
  const folder = existsSync(recordings) ? recordings : dataDir;
  if (!existsSync(folder)) return notApplicable(name, `${folder} is not there yet`);
  const share = "Mount the data directory into both under the same path, writable for FreeSWITCH's user";
  const path = join(folder, `.doctor-${randomUUID()}`);
  try {
    await writeFile(path, "", { mode: 0o600 });
    if (!(await exists(path))) return problem(name, `It does not see what we write into ${folder}`, share);
    // `system` runs a shell, and says what that said.
    const said = await socket.api(`system test -w '${folder.replaceAll("'", "'\\''")}' && echo may write`);
    if (said.includes("may write")) return ok(name, `It sees ${folder}, and may write there`);
    return problem(name, `It sees ${folder}, but may not write there`, share);
  } catch (error) {
    return problem(
      name,
      `${folder} can't be tried: ${describeError(error)}`,
      "Run this as the user that runs Ringdown",
    );
  } finally {
    await rm(path, { force: true });
  }
}

const callbackPatienceMs = 3_000;

/**
 * FreeSWITCH calls back each channel's controller at RINGDOWN_ESL_HOST. A channel to nowhere is made, and handed to a
 * port of our own that only this check listens on; a firewall that knows the program's port only is not seen through.
 */
async function tryWayBack(socket: EventSocket, where: string, { media }: Config): Promise<Finding> {
  const name = `FreeSWITCH ${where}: way back to us`;
  const server = createServer((caller) => {
    caller.on("error", () => undefined); // it came: that is all that is asked
    caller.end("exit\n\n");
  });
  const heard = new Promise<boolean>((resolve) => {
    server.once("connection", () => resolve(true));
    setTimeout(() => resolve(false), callbackPatienceMs).unref();
  });
  const host = media.eslHost;
  const isLocal = host === "127.0.0.1" || host === "::1" || host === "localhost";
  try {
    const port = await listen(server, isLocal ? host : undefined);
    const said = await socket.api(`originate null/doctor &socket(${host}:${port})`);
    if (await heard) return ok(name, `It reaches this machine at ${host}`);
    const advice =
      "Set RINGDOWN_ESL_HOST to this machine's address as FreeSWITCH sees it, and open RINGDOWN_ESL_PORT";
    if (said.startsWith("-ERR") && /CHAN_NOT_IMPLEMENTED|INVALID|not found/i.test(said))
      return warning(
        name,
        "It can't be tried: FreeSWITCH has no mod_loopback",
        "Load mod_loopback, or make a call",
      );
    return problem(name, `It does not reach this machine at ${host}:${port}`, advice);
  } finally {
    server.close();
  }
}

function listen(server: ReturnType<typeof createServer>, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, ...(host === undefined ? {} : { host }) }, () => {
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
}
