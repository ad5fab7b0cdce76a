import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectCaller } from "./caller.ts";
import type { AtTheEnd, Caller } from "./caller.ts";
import type { Endpoint } from "./clients.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { PeerDialog } from "./peer/peer-dialog.ts";
import { Phone } from "./peer/phone.ts";
import { RtpAudio } from "./peer/rtp-audio.ts";
import { directionOf } from "./peer/sdp.ts";
import { isTone } from "./peer/tone.ts";
import { waitUntil, within } from "./peer/wait-until.ts";

interface ChannelRow {
  readonly uuid: string;
  readonly callstate: string;
  readonly read_codec: string;
  readonly name: string;
  readonly application: string;
}

describe("the media server under control", () => {
  let pair: Pair;
  let app: Controller;

  beforeAll(async () => {
    pair = await openPair();
    app = await Controller.connect(pair);
  });
  afterAll(async () => {
    await app.close();
    await pair.close();
  });
  const connect = async (atTheEnd: AtTheEnd): Promise<Caller> => {
    const caller = await connectCaller(app);
    atTheEnd(() => caller.close());
    return caller;
  };

  const channels = async (): Promise<ChannelRow[]> => {
    const text = await (await app.media()).api("show channels as json");
    return (JSON.parse(text) as { rows?: ChannelRow[] }).rows ?? [];
  };

  /** FreeSWITCH lists channels from a database that lags behind the calls. */
  async function listed(uuid: string): Promise<ChannelRow> {
    for (let tries = 0; tries < 100; tries += 1) {
      const row = (await channels()).find(
        (channel) => channel.uuid === uuid && channel.callstate === "ACTIVE",
      );
      if (row !== undefined) return row;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${uuid} is not listed`);
  }

  it.concurrent("is ready for drachtio-fsmrf, with an address for SIP", async () => {
    const media = await app.media();
    expect(media.sip.ipv4.udp.address).toMatch(/^\d+\.\d+\.\d+\.\d+:\d+$/);
  });

  it.concurrent(
    "createEndpoint with an SDP: an answer with the offered codec, and audio both ways",
    async () => {
      const media = await app.media();
      const audio = await RtpAudio.open();
      const endpoint = await media.createEndpoint({ remoteSdp: audio.sdp() });
      expect(endpoint.local.sdp).toMatch(/^m=audio \d+ RTP\/AVP 0 101/m);
      expect(endpoint.dialog.remote.sdp).toContain("a=rtpmap:101 telephone-event/8000");
      audio.talkTo(endpoint.local.sdp);
      const playing = endpoint.play("tone_stream://%(400,0,700)");
      await audio.ear.waitForTone(700);
      await playing;
      await endpoint.destroy();
      audio.close();
    },
  );

  it.concurrent("createEndpoint with an SDP and a codec list: the answer follows the list", async () => {
    const media = await app.media();
    const audio = await RtpAudio.open();
    const both = audio
      .sdp()
      .replace("RTP/AVP 0 101", "RTP/AVP 0 8 101")
      .replace("a=rtpmap:0 PCMU/8000\r\n", "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n");
    const endpoint = await media.createEndpoint({ remoteSdp: both, codecs: ["PCMA"] });
    expect(endpoint.local.sdp).toMatch(/^m=audio \d+ RTP\/AVP 8 /m);
    await endpoint.destroy();
    audio.close();
  });

  it.concurrent("createEndpoint refuses an SDP without a codec that it knows", async () => {
    const media = await app.media();
    const audio = await RtpAudio.open();
    const strange = audio
      .sdp()
      .replace("RTP/AVP 0 101", "RTP/AVP 97")
      .replace(/a=rtpmap:.*\r\n/g, "")
      .replace("a=ptime:20", "a=rtpmap:97 iLBC/8000\r\na=ptime:20");
    await expect(media.createEndpoint({ remoteSdp: strange })).rejects.toMatchObject({ status: 488 });
    audio.close();
  });

  it.concurrent(
    "createEndpoint without an SDP: an offer of plain RTP, completed later by modify",
    async () => {
      const media = await app.media();
      const endpoint = await media.createEndpoint();
      const offered = endpoint.dialog.remote.sdp;
      expect(offered.match(/^m=audio/gm)).toHaveLength(1);
      expect(offered).toMatch(/^m=audio \d+ RTP\/AVP /m);
      expect(endpoint.connected).toBe(true);
      const audio = await RtpAudio.open();
      await within("modify", 4000, endpoint.modify(audio.sdp()));
      audio.talkTo(endpoint.local.sdp);
      const playing = endpoint.play("tone_stream://%(500,0,700)");
      await audio.ear.waitForTone(700);
      await playing;
      await endpoint.destroy();
      audio.close();
    },
  );

  it.concurrent(
    "the late-offer agent leg of the design: INVITE without SDP, its offer to the media server, the answer in the ACK",
    async () => {
      const media = await app.media();
      const phone = await Phone.onUdp(app.edge.udp);
      const audio = await RtpAudio.open();
      const calling = app.srf.createUAC(phone.contactUri, { noAck: true });
      const invite = await phone.takeRequest("INVITE");
      phone.respond(invite, 180, "Ringing", { toTag: "agent" });
      const ok = phone.respond(invite, 200, "OK", { toTag: "agent", body: audio.sdp() });
      const late = await calling;
      const endpoint = await media.createEndpoint({ remoteSdp: late.sdp });
      const dialog = await late.ack(endpoint.local.sdp);
      const call = PeerDialog.ofCallee(phone, invite, ok);
      audio.talkTo((await call.take("ACK")).body);
      const playing = endpoint.play("tone_stream://%(500,0,700)");
      await audio.ear.waitForTone(700);
      await playing;
      const done = dialog.destroy();
      await call.awaitHangUp();
      await done;
      await endpoint.destroy();
      audio.close();
      await phone.close();
    },
  );

  it.concurrent(
    "re-INVITE of the media leg: hold by sendonly is answered with recvonly, and talk goes on after",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const held = await within("hold", 4000, caller.endpoint.modify(caller.audio.sdp("sendonly")));
      expect(directionOf(held)).toBe("recvonly");
      const back = await within("unhold", 4000, caller.endpoint.modify(caller.audio.sdp("sendrecv")));
      expect(directionOf(back)).toBe("sendrecv");
      const playing = caller.endpoint.play("tone_stream://%(500,0,700)");
      await caller.audio.ear.waitForTone(700);
      await playing;
    },
  );

  it.concurrent("keeps variables: one, several, with spaces, and shows them", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    await caller.endpoint.set("ringdown_interaction", "42");
    await caller.endpoint.set({ ringdown_a: "x y", ringdown_b: "1,2" });
    const variables = await caller.endpoint.getChannelVariables();
    expect([
      variables["variable_ringdown_interaction"],
      variables["variable_ringdown_a"],
      variables["variable_ringdown_b"],
    ]).toEqual(["42", "x y", "1,2"]);
    const media = await app.media();
    expect(await media.api(`uuid_setvar ${caller.endpoint.uuid} ringdown_c seven`)).toMatch(/^\+OK/);
    expect((await media.api(`uuid_getvar ${caller.endpoint.uuid} ringdown_c`)).trim()).toBe("seven");
    expect((await media.api(`uuid_getvar ${caller.endpoint.uuid} ringdown_none`)).trim()).toBe("_undef_");
    expect(variables["Unique-ID"]).toBe(caller.endpoint.uuid);
    expect(variables["Channel-Read-Codec-Name"]).toBe("PCMU");
  });

  it.concurrent(
    "keeps the headers of its INVITE as variables, and lists the channel for another node",
    async () => {
      const media = await app.media();
      const audio = await RtpAudio.open();
      const headers = { "X-Ringdown-Node": "node-7" };
      const endpoint = await media.createEndpoint({ remoteSdp: audio.sdp(), headers });
      const value = await media.api(`uuid_getvar ${endpoint.uuid} sip_h_X-Ringdown-Node`);
      expect(value.trim()).toBe("node-7");
      await listed(endpoint.uuid);
      const rows = (await media.api("show channels")).split("\n");
      expect(rows[0]).toMatch(/^uuid,direction,created,/);
      expect(rows.some((row) => row.startsWith(`${endpoint.uuid},inbound,`))).toBe(true);
      await endpoint.destroy();
      audio.close();
    },
  );

  it.concurrent("counts packets and jitter of a channel", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    await waitUntil("some talk", 3000, () => caller.audio.ear.heardMs >= 0);
    const playing = caller.endpoint.play("tone_stream://%(600,0,700)");
    await playing;
    const variables = await caller.endpoint.getChannelVariables(true);
    expect(Number(variables["variable_rtp_audio_in_media_packet_count"])).toBeGreaterThan(20);
    expect(Number(variables["variable_rtp_audio_out_media_packet_count"])).toBeGreaterThan(20);
  });

  it.concurrent(
    "mute keeps the caller's voice from the other side of the bridge",
    async ({ onTestFinished }) => {
      const [a, b] = [await connect(onTestFinished), await connect(onTestFinished)];
      await a.endpoint.bridge(b.endpoint);
      a.audio.mouth.sayTone(600);
      await b.audio.ear.waitForTone(600);
      await within("mute", 3000, a.endpoint.mute());
      await b.audio.ear.waitForSilence();
      await within("unmute", 3000, a.endpoint.unmute());
      await b.audio.ear.waitForTone(600);
    },
  );

  it.concurrent("uuid_jitterbuffer takes a size for a channel that there is", async ({ onTestFinished }) => {
    const media = await app.media();
    const { endpoint } = await connect(onTestFinished);
    expect(await media.api(`uuid_jitterbuffer ${endpoint.uuid} 60:1000`)).toBe("+OK Success\n");
    expect(await media.api(`uuid_jitterbuffer ${endpoint.uuid} 20:1000`)).toBe("+OK Success\n");
    expect(await media.api(`uuid_jitterbuffer ${randomUUID()} 60`)).toBe("-ERR Operation failed\n");
    expect(await media.api("uuid_jitterbuffer")).toMatch(/^-USAGE: <uuid>/);
  });

  it.concurrent("uuid_audio mutes and unmutes a bridged channel", async ({ onTestFinished }) => {
    const [a, b] = [await connect(onTestFinished), await connect(onTestFinished)];
    await a.endpoint.bridge(b.endpoint);
    a.audio.mouth.sayTone(600);
    await b.audio.ear.waitForTone(600);
    const media = await app.media();
    expect(await media.api(`uuid_audio ${a.endpoint.uuid} start read mute 1`)).toMatch(/^\+OK/);
    await b.audio.ear.waitForSilence();
    expect(await media.api(`uuid_audio ${a.endpoint.uuid} stop`)).toMatch(/^\+OK/);
    await b.audio.ear.waitForTone(600);
  });

  it.concurrent(
    "uuid_hold puts its own leg on sendonly and the other on music; off undoes both",
    async ({ onTestFinished }) => {
      const [a, b] = [await connect(onTestFinished), await connect(onTestFinished)];
      await a.endpoint.bridge(b.endpoint);
      a.audio.mouth.sayTone(600);
      await b.audio.ear.waitForTone(600);
      const media = await app.media();
      const directions: string[] = [];
      a.endpoint.dialog.on("modify", (request, response) => {
        directions.push(directionOf(request.body));
        response.send(200, { body: a.audio.sdp(directions.at(-1) === "sendonly" ? "recvonly" : "sendrecv") });
      });
      expect(await media.api(`uuid_hold ${a.endpoint.uuid}`)).toMatch(/^\+OK/);
      await waitUntil("the leg is asked to hold", 3000, () => directions.length === 1);
      await waitUntil("the other hears music", 4000, () => {
        const recent = b.audio.ear.last(200);
        return recent.some((sample) => Math.abs(sample) > 300) && !isTone(recent, 600, 8000);
      });
      expect(await media.api(`uuid_hold off ${a.endpoint.uuid}`)).toMatch(/^\+OK/);
      await waitUntil("the leg is taken back", 3000, () => directions.length === 2);
      await b.audio.ear.waitForTone(600);
      expect(directions).toEqual(["sendonly", "sendrecv"]);
    },
  );

  it.concurrent("lists its channels, tells which exist, dumps one", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const row = await listed(caller.endpoint.uuid);
    expect([row.callstate, row.read_codec]).toEqual(["ACTIVE", "PCMU"]);
    const media = await app.media();
    expect((await media.api(`uuid_exists ${caller.endpoint.uuid}`)).trim()).toBe("true");
    expect((await media.api("uuid_exists 00000000-0000-0000-0000-000000000000")).trim()).toBe("false");
    const dump = JSON.parse(await media.api(`uuid_dump ${caller.endpoint.uuid} json`)) as Record<
      string,
      string
    >;
    expect([dump["Unique-ID"], dump["Answer-State"]]).toEqual([caller.endpoint.uuid, "answered"]);
  });

  it.concurrent(
    "uuid_kill ends a channel, with the cause given, and the endpoint learns of it",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const media = await app.media();
      const reason = new Promise<string>((resolve) =>
        caller.endpoint.on("destroy", (info) => resolve(info?.reason ?? "")),
      );
      expect(await media.api(`uuid_kill ${caller.endpoint.uuid} USER_BUSY`)).toMatch(/^\+OK/);
      // When the socket's end overtakes the event, drachtio-fsmrf has no reason to give.
      expect(await within("the endpoint ends", 3000, reason)).toMatch(/^(USER_BUSY)?$/);
      await caller.channelEnds;
      expect((await media.api(`uuid_exists ${caller.endpoint.uuid}`)).trim()).toBe("false");
      expect(await media.api(`uuid_kill ${caller.endpoint.uuid}`)).toMatch(/^-ERR/);
    },
  );

  it.concurrent("the BYE names the cause of a hang-up", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const bye = new Promise<string>((resolve) =>
      caller.endpoint.dialog.on("destroy", (message) => resolve(message.get("Reason"))),
    );
    await (await app.media()).api(`uuid_kill ${caller.endpoint.uuid} NO_ANSWER`);
    expect(await within("BYE", 3000, bye)).toMatch(/Q\.850; ?cause=19; ?text="NO_ANSWER"/);
  });

  it.concurrent("a BYE to the media leg ends the channel", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const ended = new Promise((resolve) => caller.endpoint.on("destroy", resolve));
    void caller.endpoint.dialog.destroy(); // its effect is awaited below
    await within("the endpoint ends", 3000, ended);
    const media = await app.media();
    expect((await media.api(`uuid_exists ${caller.endpoint.uuid}`)).trim()).toBe("false");
  });

  it.concurrent("answers an unknown command with -ERR", async () => {
    const media = await app.media();
    expect(await media.api("ringdown_nonsense")).toMatch(/^-ERR/);
  });

  describe("when the controller dies", () => {
    interface Orphan {
      readonly audio: RtpAudio;
      readonly endpoint: Endpoint;
    }

    /** Two endpoints bridged and talking, whose controller has just died. */
    async function orphans(): Promise<readonly [Orphan, Orphan]> {
      const doomed = await Controller.connect(pair, []);
      const media = await doomed.media();
      const make = async (hz: number): Promise<Orphan> => {
        const audio = await RtpAudio.open();
        const endpoint = await media.createEndpoint({ remoteSdp: audio.sdp() });
        audio.talkTo(endpoint.local.sdp);
        audio.mouth.sayTone(hz);
        return { audio, endpoint };
      };
      const [a, b] = [await make(600), await make(1000)];
      await a.endpoint.bridge(b.endpoint);
      await b.audio.ear.waitForTone(600);
      await doomed.die([a.endpoint, b.endpoint]);
      return [a, b];
    }

    it.concurrent(
      "a bridged call keeps talking; another controller sees it, unbridges, plays, hangs up",
      async () => {
        const [a, b] = await orphans();
        a.audio.ear.forget();
        b.audio.ear.forget();
        await b.audio.ear.waitForTone(600);
        await a.audio.ear.waitForTone(1000);
        const media = await app.media();
        await listed(a.endpoint.uuid);
        await listed(b.endpoint.uuid);

        expect(await media.api(`uuid_transfer ${a.endpoint.uuid} -both park inline`)).toMatch(/^\+OK/);
        await a.audio.ear.waitForSilence();
        await media.api(`uuid_broadcast ${a.endpoint.uuid} tone_stream://%(600,0,1300) aleg`);
        await a.audio.ear.waitForTone(1300);
        expect(await media.api(`uuid_bridge ${a.endpoint.uuid} ${b.endpoint.uuid}`)).toMatch(/^\+OK/);
        await b.audio.ear.waitForTone(600);
        for (const uuid of [a.endpoint.uuid, b.endpoint.uuid]) await media.api(`uuid_kill ${uuid}`);
        await waitUntilGone(a.endpoint.uuid);
        a.audio.close();
        b.audio.close();
      },
    );

    it.concurrent(
      "a channel alone plays what it was playing to its end, and stays for another controller",
      async () => {
        const doomed = await Controller.connect(pair, []);
        const media = await doomed.media();
        const audio = await RtpAudio.open();
        const endpoint = await media.createEndpoint({ remoteSdp: audio.sdp() });
        audio.talkTo(endpoint.local.sdp);
        endpoint.play("tone_stream://%(1000,0,700)").catch(() => undefined);
        await audio.ear.waitForTone(700);
        await doomed.die([endpoint]);
        await audio.ear.waitForSilence();
        const adopter = await app.media();
        expect((await adopter.api(`uuid_exists ${endpoint.uuid}`)).trim()).toBe("true");
        expect(await adopter.api(`uuid_broadcast ${endpoint.uuid} tone_stream://%(600,0,1300) aleg`)).toMatch(
          /^\+OK/,
        );
        await audio.ear.waitForTone(1300);
        await adopter.api(`uuid_kill ${endpoint.uuid}`);
        await waitUntilGone(endpoint.uuid);
        audio.close();
      },
    );

    async function waitUntilGone(uuid: string): Promise<void> {
      const media = await app.media();
      for (let tries = 0; tries < 100; tries += 1) {
        if ((await media.api(`uuid_exists ${uuid}`)).trim() === "false") return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`${uuid} is still there`);
    }
  });
});
