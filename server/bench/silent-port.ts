/** A UDP port that takes audio and costs nothing: bound by a thread that then sleeps, so that the kernel drops what comes. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface SilentPort {
  port: number;
  close(): Promise<void>;
}

const sleeper = `
  const { parentPort } = require("node:worker_threads");
  const socket = require("node:dgram").createSocket("udp4");
  socket.bind(0, "127.0.0.1", () => {
    parentPort.postMessage(socket.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

export async function openSilentPort(): Promise<SilentPort> {
  const worker = new Worker(sleeper, { eval: true, execArgv: [] });
  const [port] = (await once(worker, "message")) as [number];
  return {
    port,
    async close() {
      await worker.terminate();
    },
  };
}
