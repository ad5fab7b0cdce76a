/** A TCP proxy that a network would envy: it holds data back in either direction, resets, or forgets connections. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface StallingProxy {
  readonly port: number;
  /** Holds back what the client sends, what the server answers, or both; nothing is lost. */
  stall(direction: "requests" | "answers" | "both"): void;
  resume(): void;
  /** Breaks every connection with a reset; new ones work. */
  reset(): void;
  /** Connections so far are dead from now on and nobody is told, as when a firewall forgets them; new ones work. */
  forget(): void;
  close(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
  isForgotten: boolean;
}

export async function openStallingProxy(target: { host: string; port: number }): Promise<StallingProxy> {
  const pairs = new Set<Pair>();
  let stalled: { requests: boolean; answers: boolean } = { requests: false, answers: false };

  function regulate({ near, far, isForgotten }: Pair): void {
    for (const [socket, isHeld] of [
      [near, stalled.requests],
      [far, stalled.answers],
    ] as const) {
      if (isHeld || isForgotten) socket.pause();
      else socket.resume();
    }
  }

  const server = createServer((near) => {
    const pair = { near, far: connect(target), isForgotten: false };
    const { far } = pair;
    pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
    regulate(pair);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const set = (requests: boolean, answers: boolean): void => {
    stalled = { requests, answers };
    for (const pair of pairs) regulate(pair);
  };
  return {
    port: (server.address() as AddressInfo).port,
    stall: (direction) => {
      set(direction !== "answers", direction !== "requests");
    },
    resume: () => {
      set(false, false);
    },
    reset() {
      for (const { near, far } of pairs) {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    },
    forget() {
      for (const pair of pairs) {
        pair.isForgotten = true;
        regulate(pair);
      }
    },
    close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
