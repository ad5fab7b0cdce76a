import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Channel } from "../channel.ts";
import { separateArguments, toInteger } from "../core/arguments.ts";
import { parkUntilTaken } from "../applications/park.ts";
import type { EventSocketContext } from "./event-socket-session.ts";
import { EventSocketSession } from "./event-socket-session.ts";

const connectTimeoutMs = 5000;
const defaultPort = 8084;
/** The client must say `connect` within this time. */
const helloTimeoutMs = 25000;

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(connectTimeoutMs, () => fail(new Error("The connection timed out")));
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeListener("error", fail);
      resolve(socket);
    });
  });
}

/** Connections that channels open to their controllers: the `socket` application, always async and full. */
export class OutboundSockets {
  readonly #context: EventSocketContext;
  readonly #sessions = new Map<Channel, EventSocketSession>();

  constructor(context: EventSocketContext) {
    this.#context = context;
  }

  get count(): number {
    return this.#sessions.size;
  }

  /**
   * `socket <host>[:<port>] async full`: parks the channel under control of the client until the client
   * leaves. The connection itself lives as long as the channel, through bridges and transfers.
   */
  async run(channel: Channel, argument: string): Promise<void> {
    const [target = ""] = separateArguments(argument);
    const [, host = target, port] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(target) ?? [];
    channel.setVariable("socket_host", host);
    const socket = await open(host, toInteger(port) || defaultPort).catch((error: Error) => {
      channel.log.error({ target, error: error.message }, "the controller can't be reached");
      return undefined;
    });
    if (socket === undefined) return;
    if (!channel.isUp) return void socket.destroy();
    const client = this.#attach(channel, socket);
    if (!(await client.isGreeted) || !channel.isUp) return;
    await parkUntilTaken(channel, client.isGone);
  }

  #attach(channel: Channel, socket: Socket): { isGreeted: Promise<boolean>; isGone: Promise<void> } {
    const session = new EventSocketSession(socket, this.#context, channel);
    this.#sessions.set(channel, session);
    const timer = setTimeout(() => session.close(), helloTimeoutMs);
    const isGone = new Promise<void>((resolve) => {
      session.onClose = () => {
        clearTimeout(timer);
        if (this.#sessions.get(channel) === session) this.#sessions.delete(channel);
        resolve();
      };
    });
    const isConnected = new Promise<boolean>((resolve) => {
      session.onConnectCommand = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
    return { isGreeted: Promise.race([isConnected, isGone.then(() => false)]), isGone };
  }

  /** The channel has ended: its controller gets the disconnect notice. */
  onChannelGone(channel: Channel): void {
    this.#sessions.get(channel)?.onChannelGone();
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close();
  }
}
