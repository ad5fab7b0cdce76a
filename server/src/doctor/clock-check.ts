/** Our clock against an NTP server's, if one is named: one question of SNTP (RFC 4330). */
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { describeError } from "../base/log.ts";
import type { Check, Surroundings } from "./check.ts";
import { judgeOffset } from "./core/clocks.ts";
import { warning } from "./core/finding.ts";

/** Seconds between 1900 and 1970. */
const ntpEpoch = 2_208_988_800;

export function clockChecks({ ntpServer }: Surroundings): Check[] {
  if (ntpServer === null) return [];
  const name = `clocks: against ${ntpServer}`;
  return [
    {
      name,
      async run(signal) {
        try {
          return [judgeOffset(ntpServer, await askOffset(ntpServer, signal))];
        } catch (error) {
          return [
            warning(
              name,
              `${ntpServer} does not answer: ${describeError(error)}`,
              "Name another one, or open 123/udp",
            ),
          ];
        }
      },
    },
  ];
}

async function askOffset(server: string, signal: AbortSignal): Promise<number> {
  const [, host = server, port = "123"] = /^(.*):(\d+)$/.exec(server) ?? [];
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  try {
    return await new Promise<number>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("no answer in time")));
      socket.on("error", reject);
      let sentAt = 0;
      socket.on("message", (answer) => {
        const receivedAt = Date.now();
        if (answer.length < 48) return;
        const theirs = (readTime(answer, 32) + readTime(answer, 40)) / 2;
        resolve(theirs - (sentAt + receivedAt) / 2);
      });
      const question = Buffer.alloc(48);
      question[0] = 0x23; // version 4, client
      socket.connect(Number(port), address, () => {
        sentAt = Date.now();
        socket.send(question);
      });
    });
  } finally {
    socket.close();
  }
}

function readTime(packet: Buffer, at: number): number {
  return (packet.readUInt32BE(at) - ntpEpoch + packet.readUInt32BE(at + 4) / 2 ** 32) * 1_000;
}
