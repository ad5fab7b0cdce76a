import { WebSocket } from "ws";
import type { Config, DrachtioAddress } from "../config.ts";
import { type Check, type Surroundings, unreachable } from "./check.ts";
import { askDrachtio } from "./control-socket.ts";
import { type Finding, notApplicable, ok } from "./core/finding.ts";
import { judgeDrachtio } from "./core/servers.ts";
import { Refused } from "./event-socket.ts";

export function drachtioChecks({ config }: Surroundings): Check[] {
  if (config.servers === undefined)
    return [
      {
        name: "drachtio",
        run: () =>
          Promise.resolve([notApplicable("drachtio", "The embedded SIP edge is used (no DRACHTIO_HOST)")]),
      },
    ];
  return config.servers.drachtio.flatMap((server) => [controlCheck(server, config), webSocketCheck(server)]);
}

const whereOf = ({ host, port }: DrachtioAddress) => `${host}:${port}`;

function controlCheck(server: DrachtioAddress, config: Config): Check {
  const where = whereOf(server);
  return {
    name: `drachtio ${where}: control port`,
    async run(signal): Promise<Finding[]> {
      try {
        return judgeDrachtio({ where, ...(await askDrachtio(server, signal)) }, config.sip.externalAddress);
      } catch (error) {
        const advice =
          error instanceof Refused
            ? "Make DRACHTIO_SECRET the same here and in drachtio (its secret, or DRACHTIO_SECRET there)"
            : "See that drachtio runs and its admin port is open for this machine (DRACHTIO_HOST, DRACHTIO_PORT)";
        return [unreachable(`drachtio ${where}: control port`, `drachtio at ${where}`, error, advice)];
      }
    },
  };
}

/** Browsers speak SIP through it: RFC 7118 wants the subprotocol `sip`. */
function webSocketCheck(server: DrachtioAddress): Check {
  const url = server.webSocketUrl ?? "ws://127.0.0.1:8088";
  const name = `drachtio ${whereOf(server)}: browsers`;
  return {
    name,
    async run(signal) {
      try {
        await openSipSocket(url, signal);
        return [ok(name, `${url} answers SIP over WebSocket`)];
      } catch (error) {
        const advice =
          "Start drachtio with --contact sip:HOST:PORT;transport=ws, and set DRACHTIO_WS_URL to it";
        return [unreachable(name, url, error, advice)];
      }
    },
  };
}

function openSipSocket(url: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, "sip");
    const abort = () => {
      socket.terminate();
      reject(new Error("no answer in time"));
    };
    signal.addEventListener("abort", abort);
    socket.on("error", reject);
    socket.on("open", () => {
      signal.removeEventListener("abort", abort);
      socket.close();
      if (socket.protocol === "sip") resolve();
      else reject(new Error("it does not speak the subprotocol sip"));
    });
  });
}
