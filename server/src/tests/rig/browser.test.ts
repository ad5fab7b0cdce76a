import { createServer } from "node:http";
import type { Server } from "node:http";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, hearTones, openBrowser, takeScreenshots } from "./browser.ts";
import type { TestBrowser } from "./browser.ts";
import { waitFor } from "./wait-for.ts";

/** A page that calls itself: microphone, WebRTC with DTLS-SRTP, and an audio element for the other party. */
const page = `<!doctype html><title>echo</title><audio data-remote autoplay></audio><script type="module">
  const [one, two] = [new RTCPeerConnection(), new RTCPeerConnection()];
  one.onicecandidate = (event) => event.candidate && two.addIceCandidate(event.candidate);
  two.onicecandidate = (event) => event.candidate && one.addIceCandidate(event.candidate);
  two.ontrack = (event) => (document.querySelector("audio").srcObject = event.streams[0]);
  try {
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of microphone.getTracks()) one.addTrack(track, microphone);
    await one.setLocalDescription();
    await two.setRemoteDescription(one.localDescription);
    await two.setLocalDescription();
    await one.setRemoteDescription(two.localDescription);
    document.title = "calling";
  } catch (error) {
    document.title = error.name;
  }
</script>`;

let server: Server;
let url = "";
let browser: TestBrowser;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await openBrowser({ microphoneHz: 600 });
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("the rig's browser", () => {
  it("hears through WebRTC the tone that its microphone is fed, and no other", async () => {
    const tab = await browser.newPage();
    await tab.goto(url);
    await waitFor("the tone of the microphone", async () => {
      const { tones } = await hearTones(tab, 200, [600]);
      return tones.includes(600);
    });
    const hearing = await hearTones(tab, 1_000, [440, 600, 1_000]);
    expect(hearing.tones).toEqual([600]);
    expect(hearing.loudnessDb).toBeGreaterThan(-25);
    await tab.close();
  });

  it("takes pictures at both widths and puts the page's size back", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ringdown-screens-"));
    const tab = await browser.newPage();
    await tab.goto(url);
    const paths = await takeScreenshots(tab, folder, "echo");
    const widths = await Promise.all(paths.map(async (path) => (await readFile(path)).readUInt32BE(16)));
    expect(widths).toEqual([1_440, 390]);
    expect(tab.viewportSize()).toEqual({ width: 1_440, height: 900 });
    await tab.close();
    await rm(folder, { recursive: true });
  });

  it("collects what pages complain of, and says when a page has no audio", async () => {
    const tab = await browser.newPage();
    await tab.goto("about:blank");
    await tab.evaluate(() => {
      console.error("something is wrong");
    });
    await waitFor("the complaint", () =>
      browser.errors.some((error) => error.includes("something is wrong")),
    );
    await expect(hearTones(tab, 100, [440], 100)).rejects.toThrow(/The page has no remote audio/);
    await tab.close();
  });

  it("refuses the microphone to a user who is not granted it, and dies when killed", async () => {
    const other = await openBrowser({ grantMicrophone: false });
    const tab = await other.newPage();
    await tab.goto(url);
    await waitFor("the refusal", async () => (await tab.title()) === "NotAllowedError");
    await other.kill();
    await other.close();
    expect(tab.isClosed()).toBe(true);
  });

  it("is found by its path, or not with a sentence", () => {
    expect(existsSync(findChromium())).toBe(true);
    const before = process.env["CHROMIUM_PATH"];
    process.env["CHROMIUM_PATH"] = "/no/such/browser";
    try {
      expect(() => findChromium()).toThrow("CHROMIUM_PATH names /no/such/browser, which does not exist");
    } finally {
      if (before === undefined) delete process.env["CHROMIUM_PATH"];
      else process.env["CHROMIUM_PATH"] = before;
    }
  });
});
