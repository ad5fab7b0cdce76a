import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EslClient } from "../testing/esl-client.ts";
import { Solo } from "../testing/solo.ts";
import { waitFor } from "../testing/wait-for.ts";

let solo: Solo;

beforeAll(async () => {
  solo = await Solo.start();
});

afterAll(async () => {
  await solo.close();
});

const connect = () => EslClient.authorised(solo.media.eventSocket.port);

describe("the inbound event socket", () => {
  it("lets in who knows the password and nobody else", async () => {
    const client = await EslClient.open(solo.media.eventSocket.port);
    await client.next("auth/request");
    expect(await client.command("auth wrong")).toBe("-ERR invalid");
    await waitFor("the end", () => client.isClosed);
    const other = await EslClient.open(solo.media.eventSocket.port);
    await other.next("auth/request");
    expect(await other.command("auth ClueCon")).toBe("+OK accepted");
    other.close();
  });

  it("answers in the words of FreeSWITCH", async () => {
    const client = await connect();
    expect(await client.command("event json HEARTBEAT")).toBe("+OK event listener enabled json");
    expect(await client.command("event json NOTHING")).toBe("-ERR no keywords supplied");
    expect(await client.command("filter Unique-ID abc")).toBe("+OK filter added. [Unique-ID]=[abc]");
    expect(await client.command("filter delete Unique-ID abc")).toBe("+OK filter deleted. [Unique-ID][abc]");
    expect(await client.command("filter x")).toBe("-ERR invalid syntax");
    expect(await client.command("sendmsg nobody\ncall-command: hangup")).toBe(
      "-ERR invalid session id [nobody]",
    );
    expect(await client.command("noevents")).toBe("+OK no longer listening for events");
    expect(await client.command("linger")).toBe("-ERR not controlling a session");
    expect(await client.command("gibberish")).toBe("-ERR command not found");
    expect(await client.api("gibberish with words")).toBe("-ERR gibberish Command not found!\n");
    expect(await client.api("uuid_kill nobody")).toBe("-ERR No such channel!\n");
    expect(await client.api("uuid_bridge a b")).toBe("-ERR Invalid uuid\n");
    expect(await client.api("uuid_getvar nobody x")).toBe("-ERR No such channel!\n");
    expect(await client.api("uuid_exists nobody")).toBe("false");
    expect(await client.api("show channels as json")).toBe('{"row_count": 0}\n');
    expect(await client.api("show calls count")).toBe("\n0 total.\n");
    expect(await client.api("sofia status")).toMatch(/^\s*drachtio_mrf\s.*sip:mod_sofia@127\.0\.0\.1:\d+/m);
    expect(await client.command("exit")).toBe("+OK bye");
    expect((await client.next("text/disconnect-notice")).body).toMatch(/^Disconnected, goodbye\./);
    await waitFor("the end", () => client.isClosed);
  });

  it("runs jobs in the background and tells their result as an event", async () => {
    const client = await connect();
    await client.command("event json BACKGROUND_JOB");
    client.write("bgapi uuid_exists x\nJob-UUID: job-1\n\n");
    const reply = await client.next("command/reply");
    expect(reply.headers.get("Job-UUID")).toBe("job-1");
    expect(await client.event("BACKGROUND_JOB", { "Job-UUID": "job-1" })).toMatchObject({
      "Job-Command": "uuid_exists",
      _body: "false",
    });
    client.close();
  });

  it("survives whatever bytes it is sent", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
        const client = await connect();
        client.write(Buffer.concat([Buffer.from(bytes), Buffer.from("\n\n")]));
        client.close();
      }),
      { numRuns: 30 },
    );
    const client = await connect();
    client.write("sendevent X\nContent-Length: -5\n\n");
    await waitFor("the end", () => client.isClosed);
    expect(await solo.esl.api("uuid_exists x")).toBe("false");
    await waitFor("no leftovers", () => solo.media.stats().sockets === 1);
  });
});

describe("the outbound event socket", () => {
  async function listen(): Promise<{ server: Server; clients: EslClient[]; target: string }> {
    const clients: EslClient[] = [];
    const server = createServer((socket) => clients.push(EslClient.of(socket)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { server, clients, target: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  const call = async (target: string) => {
    const sip = await solo.phone();
    const sdp = [
      "v=0",
      "o=- 1 1 IN IP4 127.0.0.1",
      "s=-",
      "c=IN IP4 127.0.0.1",
      "t=0 0",
      "m=audio 9 RTP/AVP 0",
      "",
    ];
    await sip.call(sdp.join("\r\n"), [
      ["x-esl-outbound", target],
      ["user-agent", "drachtio-fsmrf:one"],
    ]);
    return sip;
  };

  it("belongs to its channel: data, commands, events, and a notice at the end", async () => {
    const { server, clients, target } = await listen();
    const sip = await call(target);
    await waitFor("the connection", () => clients.length > 0);
    const client = clients[0]!;
    client.write("connect\n\n");
    const data = (await client.next("command/reply")).headers;
    expect(data.get("Event-Name")).toBe("CHANNEL_DATA");
    expect(data.get("variable_sip_user_agent")).toBe("drachtio-fsmrf:one");
    expect(data.get("variable_rtp_local_sdp_str")).toContain("m=audio");
    expect([data.get("Socket-Mode"), data.get("Control")]).toEqual(["async", "full"]);
    const uuid = data.get("Unique-ID")!;
    expect(data.get("Channel-Unique-ID")).toBe(uuid);
    expect(await client.command("myevents json")).toBe("+OK Events Enabled");
    const set = `sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=b c\nEvent-UUID: e1`;
    expect(await client.command(set)).toBe("+OK");
    const done = await client.event("CHANNEL_EXECUTE_COMPLETE", { "Application-UUID": "e1" });
    expect(done).toMatchObject({ Application: "set", "Application-Data": "a=b c", variable_a: "b c" });
    expect(await client.command("getvar a")).toBe("b c");
    client.write("sendmsg\ncall-command: hangup\nhangup-cause: USER_BUSY\n\n");
    expect(await client.event("CHANNEL_HANGUP")).toMatchObject({ "Hangup-Cause": "USER_BUSY" });
    const notice = await client.next("text/disconnect-notice");
    expect(notice.headers.get("Controlled-Session-UUID")).toBe(uuid);
    const bye = await sip.request("BYE");
    expect(bye.headers.get("reason")?.[0]).toBe('Q.850;cause=17;text="USER_BUSY"');
    await waitFor("the end", () => client.isClosed && solo.media.stats().channels === 0);
    server.close();
  });

  it("lingers when asked, until the client leaves", async () => {
    const { server, clients, target } = await listen();
    const sip = await call(target);
    await waitFor("the connection", () => clients.length > 0);
    const client = clients[0]!;
    client.write("connect\n\n");
    await client.next("command/reply");
    expect(await client.command("linger 30")).toBe("+OK will linger 30 seconds");
    sip.send("BYE");
    const notice = await client.next("text/disconnect-notice");
    expect(notice.headers.get("Content-Disposition")).toBe("linger");
    expect(client.isClosed).toBe(false);
    client.close();
    server.close();
    await waitFor("no leftovers", () => solo.media.stats().sockets === 1);
  });

  it("that can't be opened, or closes, leaves the channel parked", async () => {
    const { server, clients, target } = await listen();
    await call(target);
    await waitFor("the connection", () => clients.length > 0);
    clients[0]!.write("connect\n\n");
    await clients[0]!.next("command/reply");
    await solo.esl.command("event json CHANNEL_PARK");
    clients[0]!.close();
    const parked = await solo.esl.event("CHANNEL_PARK");
    expect(parked["variable_current_application"]).toBe("park");
    server.close();
    await call(target);
    await solo.esl.event("CHANNEL_PARK");
    expect(await solo.uuids()).toHaveLength(2);
    await solo.esl.api("hupall");
    await waitFor("the end", () => solo.media.stats().channels === 0);
  });
});
