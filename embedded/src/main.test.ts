import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { headerValue } from "./sip-edge/grammar/message.ts";
import { composeRequest, composeResponse, contactOf, sdp, tagFrom } from "./sip-edge/testing/compose.ts";
import { connectApp } from "./sip-edge/testing/drachtio-app.ts";
import { openUdpPeer } from "./sip-edge/testing/sip-peer.ts";
import { waitFor } from "./sip-edge/testing/wait-for.ts";

interface Ready {
  readonly type: "ready";
  readonly sipEdge: {
    readonly control: { readonly host: string; readonly port: number };
    readonly listening: readonly {
      readonly protocol: string;
      readonly host: string;
      readonly port: number;
    }[];
  };
  readonly media: { readonly eventSocket: { readonly host: string; readonly port: number } };
}

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function configure(sipPort = 0): object {
  return {
    sipEdge: {
      control: { host: "127.0.0.1", port: 0, secret: "cymru" },
      listen: [{ protocol: "udp", host: "127.0.0.1", port: sipPort }],
    },
    media: {
      eventSocket: { host: "127.0.0.1", port: 0, password: "ClueCon" },
      sip: { host: "127.0.0.1", port: 0 },
      rtp: { address: "127.0.0.1" },
      maxChannels: 10,
      localStreams: {},
    },
  };
}

async function start(config: object): Promise<{ child: ChildProcess; message: unknown }> {
  const child = fork(fileURLToPath(new URL("./main.ts", import.meta.url)), [], {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, RINGDOWN_EMBEDDED_CONFIG: JSON.stringify(config) },
  });
  children.push(child);
  const [message] = (await once(child, "message")) as [unknown];
  return { child, message };
}

async function startReady(): Promise<{ child: ChildProcess; ready: Ready }> {
  const { child, message } = await start(configure());
  expect(message).toMatchObject({ type: "ready" });
  return { child, ready: message as Ready };
}

describe("the embedded pair's process", () => {
  it("reports its doors, serves applications, and ends with code 0 on SIGTERM", async () => {
    const { child, ready } = await startReady();
    expect(ready.media.eventSocket.port).toBeGreaterThan(0);
    const srf = await connectApp(ready.sipEdge.control.port);
    srf.disconnect();
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("says which door is taken, and ends with code 1", async () => {
    const { ready } = await startReady();
    const taken = ready.sipEdge.listening[0]?.port ?? 0;
    const { child, message } = await start(configure(taken));
    const error = { code: "EADDRINUSE", what: `udp 127.0.0.1:${String(taken)}` };
    expect(message).toMatchObject({ type: "failed", error });
    await waitFor("the end", () => child.exitCode !== null);
    expect(child.exitCode).toBe(1);
  });

  it("hangs up and ends when its parent is gone", async () => {
    const { child, ready } = await startReady();
    const srf = await connectApp(ready.sipEdge.control.port);
    srf.invite((request, response) => {
      void srf.createUAS(request, response, { localSdp: sdp });
    });
    const phone = await openUdpPeer(ready.sipEdge.listening[0]?.port ?? 0);
    phone.send(composeRequest({ port: phone.port, callId: "call", body: sdp }));
    const ok = await phone.response(200);
    const again = { port: phone.port, callId: "call", toTag: tagFrom(ok, "To"), uri: contactOf(ok) };
    phone.send(composeRequest({ ...again, method: "ACK" }));
    child.disconnect();
    srf.disconnect();
    const bye = await phone.request("BYE");
    expect(headerValue(bye, "Reason")).toContain("server shutting down");
    phone.send(composeResponse(bye, 200));
    await waitFor("the end", () => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
    await phone.close();
  });
});
