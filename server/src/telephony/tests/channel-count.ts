import { connect } from "node:net";
import type { Pair } from "./pair.ts";

/** How many channels the media server has, asked on its event socket. */
export function countChannels({ host, port, secret }: Pair["media"]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let text = "";
    socket.on("error", reject);
    socket.on("data", (bytes) => {
      text += bytes.toString();
      if (text.startsWith("Content-Type: auth/request\n\n")) {
        text = "";
        socket.write(`auth ${secret}\n\napi show channels count\n\n`);
      }
      const count = /(\d+) total/.exec(text)?.[1];
      if (count === undefined) return;
      socket.destroy();
      resolve(Number(count));
    });
    socket.on("close", () => reject(new Error(`The event socket closed: ${text}`)));
  });
}
