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
});
