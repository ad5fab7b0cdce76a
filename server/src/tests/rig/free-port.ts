/** Ports that nobody uses at this moment. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const loopback = "127.0.0.1";
const mostTries = 200;

/** A port that is free for TCP and for UDP on the loopback address. */
export function freePort(): Promise<number> {
  return findPort(isUdpFree);
}

/** An even port whose odd neighbour is free too: RTP and RTCP. */
export async function freeRtpPort(): Promise<number> {
  // Linux hands out odd ports first when asked for any; the even one below is the candidate.
  const odd = await findPort(async (port) => (await isUdpFree(port & ~1)) && (await isUdpFree(port | 1)));
  return odd & ~1;
}

async function findPort(isGood: (port: number) => Promise<boolean>): Promise<number> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const port = await freeTcpPort();
    if (await isGood(port)) return port;
  }
  throw new Error(`No free port was found in ${mostTries} tries`);
}

function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, loopback, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

function isUdpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind(port, loopback, () => {
      socket.close(() => {
        resolve(true);
      });
    });
  });
}
