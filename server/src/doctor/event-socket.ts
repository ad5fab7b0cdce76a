/** FreeSWITCH's event socket, for a few questions (https://developer.signalwire.com/freeswitch/.../mod_event_socket). */
import { connect, type Socket } from "node:net";
import type { FreeswitchAddress } from "../config.ts";

export interface EventSocket {
  /** The answer of an API command. */
  api(command: string): Promise<string>;
  close(): void;
}

/** What the other side said no to; the sentence tells. */
export class Refused extends Error {}

/** Rejects with Refused when the secret or the access list says no, with the socket's error when there is nobody. */
export async function openEventSocket(
  { host, port, secret }: FreeswitchAddress,
  signal: AbortSignal,
): Promise<EventSocket> {
  const socket = connect({ host, port });
  const close = () => socket.destroy();
  signal.addEventListener("abort", close);
  const messages = readMessages(socket);
  const next = async () => {
    const { value, done } = await messages.next();
    if (done === true) throw new Refused("the connection was closed");
    return value;
  };
  try {
    const greeting = await next();
    if (greeting.head.includes("text/rude-rejection"))
      throw new Refused("this address is not on its access list (FREESWITCH_CONTROLLER_NETWORK)");
    if (!greeting.head.includes("auth/request")) throw new Refused("this is no event socket");
    socket.write(`auth ${secret}\n\n`);
    if (!(await next()).head.includes("+OK accepted"))
      throw new Refused("FREESWITCH_SECRET is not its password");
  } catch (error) {
    close();
    throw error;
  }
  return {
    async api(command) {
      socket.write(`api ${command}\n\n`);
      for (;;) {
        const { head, body } = await next();
        if (head.includes("api/response")) return body;
      }
    },
    close: () => {
      signal.removeEventListener("abort", close);
      close();
    },
  };
}

/** Lines of a head, an empty line, and as many bytes of a body as the head says. */
async function* readMessages(socket: Socket): AsyncGenerator<{ head: string; body: string }> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
      const head = rest.toString("utf8", 0, end);
      const bytes = Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0);
      if (rest.length < end + 2 + bytes) break;
      yield { head, body: rest.toString("utf8", end + 2, end + 2 + bytes) };
      rest = rest.subarray(end + 2 + bytes);
    }
  }
}
