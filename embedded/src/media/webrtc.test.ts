import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Pair } from "./testing/pair.ts";
import { shareOfTone } from "./testing/signal.ts";
import { SipPhone } from "./testing/sip-phone.ts";

const executablePath = process.env["RINGDOWN_CHROMIUM"] ?? "/usr/bin/chromium";

/** What testing/browser-phone.js puts into a page. */
interface BrowserPhone {
  offer(frequency: number, options?: { iceRestart: boolean }): Promise<string>;
  answer(sdp: string): Promise<void>;
  takeOffer(sdp: string, frequency: number): Promise<string>;
  /** The loudest frequency of the last instant, in hertz, and its level in dB. */
  hear(): { frequency: number; level: number };
  press(keys: string): void;
  state(): string;
}

declare const phone: BrowserPhone;

describe.skipIf(!existsSync(executablePath))("the media server and a browser", () => {
  let pair: Pair;
  let browser: Browser;

  beforeAll(async () => {
    pair = await Pair.start();
    browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--allow-loopback-in-peer-connection",
        "--disable-background-networking",
        "--autoplay-policy=no-user-gesture-required",
      ],
    });
  });

  afterAll(async () => {
    await browser.close();
    await pair.close();
  });

  async function openPhone(): Promise<Page> {
    const page = await browser.newPage();
    await page.addScriptTag({ path: fileURLToPath(new URL("./testing/browser-phone.js", import.meta.url)) });
    return page;
  }

  it("answers with PCMU and RFC 4733, and both hear each other and keys", async () => {
    const page = await openPhone();
    const sip = await SipPhone.open(pair.edge.listening[0]!.port);
    const answer = await sip.call(await page.evaluate(() => phone.offer(900)));
    expect(answer).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0 126\r$/m);
    expect(answer).toContain("a=rtcp-mux");
    expect(answer).toContain(" 127.0.0.1 ");
    await page.evaluate((sdp) => phone.answer(sdp), answer);
    const endpoint = await pair.nextEndpoint();
    const caller = await pair.call();
    const keys: string[] = [];
    endpoint.on("dtmf", ({ dtmf }) => keys.push(dtmf!));
    caller.phone.speak(1300);
    await caller.endpoint.bridge(endpoint);
    await expect
      .poll(() => shareOfTone(caller.phone.lastSamples(1600), 900), { timeout: 8000 })
      .toBeGreaterThan(0.9);
    await expect
      .poll(async () => Math.round((await page.evaluate(() => phone.hear())).frequency / 20), {
        timeout: 8000,
      })
      .toBe(65);
    await page.evaluate(() => phone.press("5#"));
    await expect.poll(() => caller.phone.keysHeard(), { timeout: 5000 }).toBe("5#");
    expect(keys.join("")).toBe("5#");
    await sip.close();
  });

  const hears = (page: Page, frequency: number) =>
    expect
      .poll(async () => Math.round((await page.evaluate(() => phone.hear())).frequency / 25), {
        timeout: 8000,
      })
      .toBe(Math.round(frequency / 25));

  async function newestChannel(): Promise<string> {
    const shown = JSON.parse(await pair.mrf.api("show channels as json")) as { rows: { uuid: string }[] };
    return shown.rows.at(-1)!.uuid;
  }

  it("keeps talking through an ICE restart by re-INVITE", async () => {
    const page = await openPhone();
    const sip = await SipPhone.open(pair.media.sip.port);
    const first = await sip.call(await page.evaluate(() => phone.offer(900)));
    await page.evaluate((sdp) => phone.answer(sdp), first);
    const uuid = await newestChannel();
    await pair.mrf.api(`uuid_broadcast ${uuid} tone_stream://%(60000,0,1200)`);
    await hears(page, 1200);
    sip.send("INVITE", await page.evaluate(() => phone.offer(900, { iceRestart: true })));
    const second = (await sip.response(200, "INVITE")).body;
    sip.send("ACK");
    const fragment = (sdp: string) => /ice-ufrag:(\S+)/.exec(sdp)![1];
    expect(fragment(second)).not.toBe(fragment(first));
    await page.evaluate((sdp) => phone.answer(sdp), second);
    await pair.mrf.api(`uuid_break ${uuid} all`);
    await pair.mrf.api(`uuid_broadcast ${uuid} tone_stream://%(60000,0,2000)`);
    await hears(page, 2000);
    sip.send("BYE");
    await sip.response(200, "BYE");
    await sip.close();
    await page.close();
  });

  it("takes a page that was reloaded: a re-INVITE with another certificate", async () => {
    const page = await openPhone();
    const sip = await SipPhone.open(pair.media.sip.port);
    await page.evaluate(
      (sdp) => phone.answer(sdp),
      await sip.call(await page.evaluate(() => phone.offer(900))),
    );
    const uuid = await newestChannel();
    await pair.mrf.api(`uuid_broadcast ${uuid} tone_stream://%(60000,0,1200)`);
    await hears(page, 1200);
    await page.close();
    const reloaded = await openPhone();
    sip.send("INVITE", await reloaded.evaluate(() => phone.offer(900)));
    const answer = (await sip.response(200, "INVITE")).body;
    sip.send("ACK");
    await reloaded.evaluate((sdp) => phone.answer(sdp), answer);
    await hears(reloaded, 1200);
    sip.send("BYE");
    await sip.response(200, "BYE");
    await sip.close();
    await reloaded.close();
  });

  it("is put on hold by a re-INVITE, and taken back", async () => {
    const page = await openPhone();
    const sip = await SipPhone.open(pair.media.sip.port);
    const directions: (string | undefined)[] = [];
    sip.answerSdp = async (offer) => {
      directions.push(/^a=(sendonly|sendrecv)/m.exec(offer)?.[1]);
      return page.evaluate((sdp) => phone.takeOffer(sdp, 900), offer);
    };
    await page.evaluate(
      (sdp) => phone.answer(sdp),
      await sip.call(await page.evaluate(() => phone.offer(900))),
    );
    const uuid = await newestChannel();
    const caller = await pair.call();
    await caller.endpoint.bridge(uuid);
    const heard = () => shareOfTone(caller.phone.lastSamples(800), 900);
    await expect.poll(heard, { timeout: 8000 }).toBeGreaterThan(0.9);
    expect(await pair.mrf.api(`uuid_hold ${uuid}`)).toBe("+OK Success\n");
    await expect.poll(() => directions).toEqual(["sendonly"]);
    await sip.request("ACK");
    expect(await pair.mrf.api("show channels as json")).toContain('"callstate":"HELD"');
    expect(await pair.mrf.api(`uuid_hold off ${uuid}`)).toBe("+OK Success\n");
    await expect.poll(() => directions).toEqual(["sendonly", "sendrecv"]);
    await sip.request("ACK");
    caller.phone.packets.length = 0;
    await expect.poll(heard, { timeout: 8000 }).toBeGreaterThan(0.9);
    sip.send("BYE");
    await sip.response(200, "BYE");
    await sip.close();
    await page.close();
  });

  it("offers DTLS itself when an INVITE without SDP asks for it", async () => {
    const page = await openPhone();
    const sip = await SipPhone.open(pair.media.sip.port);
    sip.send("INVITE", "", [["x-secure-rtp", "true"]]);
    const ok = await sip.response(200, "INVITE");
    expect(ok.body).toContain("a=setup:actpass");
    sip.learn(ok);
    sip.send("ACK", await page.evaluate((sdp) => phone.takeOffer(sdp, 700), ok.body));
    const uuid = await newestChannel();
    await pair.mrf.api(`uuid_broadcast ${uuid} tone_stream://%(60000,0,1200)`);
    await hears(page, 1200);
    sip.send("BYE");
    await sip.response(200, "BYE");
    await sip.close();
    await page.close();
  });
});
