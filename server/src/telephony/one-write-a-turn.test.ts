import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { writeOnceATurn } from "./one-write-a-turn.ts";

const open: { destroy?(): void; close?(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) (one.destroy ?? one.close)?.call(one);
});

/** A connection: the end that is paced, and what arrives at the other one, chunk by chunk. */
async function connection(): Promise<{ socket: Socket; chunks: string[]; ended: Promise<unknown> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [accepted] = (await once(server, "connection")) as [Socket];
  open.push(server, socket, accepted);
  const chunks: string[] = [];
  accepted.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  return { socket, chunks, ended: once(accepted, "end") };
}

describe("a socket that is written to once a turn", () => {
  it("sends what is written in one turn in one piece, and the next turn's in another", async () => {
    const { socket, chunks, ended } = await connection();
    writeOnceATurn(socket);
    writeOnceATurn(socket);
    for (const line of ["event json DTMF", "\n", "\n"]) socket.write(line);
    await Promise.resolve().then(() => socket.write("filter\n\n"));
    await new Promise<void>((resolve) => socket.write("", () => resolve()));
    await expect.poll(() => chunks).toEqual(["event json DTMF\n\nfilter\n\n"]);
    socket.write("linger\n\n");
    socket.end();
    await ended;
    expect(chunks.join("")).toBe("event json DTMF\n\nfilter\n\nlinger\n\n");
    expect(chunks).toHaveLength(2);
  });

  it("loses nothing when it is ended in the same turn, and calls back", async () => {
    const { socket, chunks, ended } = await connection();
    writeOnceATurn(socket);
    const written = new Promise<void>((resolve) => socket.write("exit\n\n", () => resolve()));
    socket.end("bye");
    await Promise.all([written, ended]);
    expect(chunks.join("")).toBe("exit\n\nbye");
  });
});
