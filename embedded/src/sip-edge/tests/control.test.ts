import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { composeRequest, sdp } from "../testing/compose.ts";
import { connectApp } from "../testing/drachtio-app.ts";
import { cleanUpAfterEach, runEdge } from "../testing/running-edge.ts";
import { startSipEdge } from "../sip-edge.ts";

cleanUpAfterEach();

describe("the control port", () => {
  it("tells a client where the edge listens", async () => {
    const run = await runEdge(["udp", "ws"]);
    const text = await exchange(run.edge.control.port, "1|authenticate|cymru|tag1,tag2");
    const hostPorts = `udp/127.0.0.1:${String(run.portOf("udp"))},ws/127.0.0.1:${String(run.portOf("ws"))}`;
    expect(text.split("|").slice(1)).toEqual(["response", "1", "OK", hostPorts, "v0.9.2", hostPorts]);
  });

  it("turns away a client with the wrong secret", async () => {
    const run = await runEdge(["udp"]);
    await expect(connectApp(run.edge.control.port, "wrong")).rejects.toThrow("failed to authenticate");
    const text = await exchange(run.edge.control.port, "1|authenticate|wrong", true);
    expect(text.split("|").slice(1)).toEqual(["response", "1", "NO", "incorrect secret"]);
  });

  it("serves nobody who hasn't given the secret", async () => {
    const run = await runEdge(["udp"]);
    const text = await exchange(run.edge.control.port, "1|route|invite", true);
    expect(text).toContain("NO|not authenticated");
  });

  it("closes on bytes that are no control message", async () => {
    const run = await runEdge(["udp"]);
    const socket = connect(run.edge.control.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    socket.resume();
    await once(socket, "close");
  });

  it("deals calls to the applications in turn, and to those that remain", async () => {
    const run = await runEdge(["udp"]);
    const counts = [0, 0];
    const apps = [await run.app(), await run.app()];
    for (const [index, srf] of apps.entries()) {
      srf.invite((_, response) => {
        counts[index] = (counts[index] ?? 0) + 1;
        response.send(486);
      });
    }
    const phone = await run.peer("udp");
    const ask = async (): Promise<number> => {
      const callId = `call-${String(Math.random())}`;
      phone.send(composeRequest({ port: phone.port, callId, body: sdp }));
      return (await phone.finalResponse(callId)).status;
    };
    for (let calls = 0; calls < 4; calls++) expect(await ask()).toBe(486);
    expect(counts).toEqual([2, 2]);
    if (apps[0] !== undefined) run.leave(apps[0]);
    // Until its end has arrived it may be dealt another call, which is then refused for it.
    const known = counts[1] ?? 0;
    while (counts[1] === known) await ask();
    const after = [...counts];
    for (let calls = 0; calls < 4; calls++) expect(await ask()).toBe(486);
    expect(counts).toEqual([after[0], (after[1] ?? 0) + 4]);
  });

  it("says which door couldn't be opened", async () => {
    const run = await runEdge(["udp"]);
    const taken = run.portOf("udp");
    const config = { host: "127.0.0.1", port: 0, secret: "x" };
    await expect(
      startSipEdge({ control: config, listen: [{ protocol: "udp", host: "127.0.0.1", port: taken }] }),
    ).rejects.toMatchObject({
      code: "EADDRINUSE",
      listen: { protocol: "udp", host: "127.0.0.1", port: taken },
    });
    await expect(
      startSipEdge({ control: { ...config, port: run.edge.control.port }, listen: [] }),
    ).rejects.toMatchObject({ code: "EADDRINUSE", listen: { protocol: "control" } });
  });
});

/** Sends one payload and gives back the reply's. */
async function exchange(port: number, payload: string, untilClosed = false): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`${String(Buffer.byteLength(payload))}#${payload}`);
  const [bytes] = (await once(socket, "data")) as [Buffer];
  if (untilClosed) await once(socket, "close");
  socket.destroy();
  return bytes.toString().replace(/^\d+#/, "");
}
