/**
 * A talk over a bad network on the pair: a caller with PCMU, an agent with Opus over DTLS-SRTP. Both say the marked second
 * (alignment.ts) over and over, at the pace of this machine's clock. (Chromium itself could say it, but its audio clock
 * falls behind by 100 ms in half a minute when the machine is busy: it encodes beforehand instead.)
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openStand } from "../../telephony/tests/stand.ts";
import type { Stand } from "../../telephony/tests/stand.ts";
import { openWebPhone } from "../../telephony/tests/web-phone.ts";
import type { WebPhone } from "../../telephony/tests/web-phone.ts";
import { openWebAudio } from "../../telephony/tests/web-audio.ts";
import type { WebAudio } from "../../telephony/tests/web-audio.ts";
import type { AgentLeg, CallerLeg } from "../../telephony/telephony.ts";
import { isLeg } from "../../telephony/telephony.ts";
import { openBrowser } from "../rig/browser.ts";
import type { TestBrowser } from "../rig/browser.ts";
import type { Call } from "../rig/call.ts";
import type { G711 } from "../rig/g711.ts";
import { packetMs } from "../rig/rtp.ts";
import { openTelephone } from "../rig/telephone.ts";
import type { Telephone } from "../rig/telephone.ts";
import { makeMarkedSecond } from "./alignment.ts";
import { waitFor } from "../rig/wait-for.ts";
import { encodeOpus } from "./in-page.ts";
import { openLossyRelay } from "./lossy-relay.ts";
import type { LossyRelay } from "./lossy-relay.ts";
import { speakOpus } from "./opus-speaker.ts";
import type { OpusSpeaker } from "./opus-speaker.ts";

export const customerHz = 400;
export const agentHz = 500;

export interface LossyTalk {
  stand: Stand;
  customer: Call;
  /** What the customer's telephone offers; a re-INVITE takes it as it is then. */
  codecs: G711[];
  customerLeg: CallerLeg;
  agentLeg: AgentLeg;
  agent: OpusSpeaker;
  relay: LossyRelay;
  close(): Promise<void>;
}

/**
 * The agent's part, for so many seconds: made before the call, since it takes the processor. Whoever says it longer than
 * that begins anew, with a seam that the decoder hears.
 */
export async function makeOpus(seconds: number): Promise<Buffer[]> {
  const browser = await openBrowser();
  const page = await openSecurePage(browser);
  const loop = [...makeMarkedSecond(agentHz, 48_000).samples];
  const packets = await page.evaluate(encodeOpus, { loop, times: seconds });
  await browser.close();
  // The encoder's delay makes one packet more, by which every further round would be 20 ms late.
  return packets.slice(0, (seconds * 1_000) / packetMs).map((packet) => Buffer.from(packet, "base64"));
}

/** Both legs are up, not bridged. */
export async function openLossyTalk(share: number, opus: readonly Buffer[]): Promise<LossyTalk> {
  const stand = await openStand();
  const relay = await openLossyRelay(share);
  const codecs: G711[] = ["PCMU"];
  const telephone = await openTelephone({ number: "+15550177", codecs });
  const credential = stand.telephony.registrar.issueCredential({ kind: "person", personId: "a1" }, 900_000);
  const softphone = await openWebPhone(stand.pair.ws, credential, "ringdown.test");
  await softphone.register();
  const { customer, customerLeg } = await callIn(stand, telephone);
  customer.media.lose(share);
  customer.play(makeMarkedSecond(customerHz, 8_000));
  const audio = await openWebAudio("opus");
  const agentLeg = await answerAsAgent(stand, softphone, audio, relay);
  const agent = speakOpus(audio, opus);
  return {
    ...{ stand, customer, codecs, customerLeg, agentLeg, agent, relay },
    close: async () => {
      await Promise.all([customerLeg.hangUp(), endAgent(agentLeg, softphone)]);
      agent.stop();
      await Promise.all([softphone.close(), telephone.close(), audio.close(), relay.close()]);
      await stand.close();
    },
  };
}

async function callIn(
  stand: Stand,
  telephone: Telephone,
): Promise<{ customer: Call; customerLeg: CallerLeg }> {
  const [customer, inbound] = await Promise.all([
    telephone.call({ to: "1000", at: stand.pair.udp }),
    stand.nextCall(),
  ]);
  const customerLeg = await inbound.answer();
  await customer.answered();
  return { customer, customerLeg };
}

async function answerAsAgent(
  stand: Stand,
  softphone: WebPhone,
  audio: WebAudio,
  relay: LossyRelay,
): Promise<AgentLeg> {
  const ring = stand.telephony.ringAgent({
    ...{ personId: "a1", offerId: "o", caller: { name: "Ann", number: "+15550177" }, ringTimeoutMs: 20_000 },
  });
  const invite = await softphone.nextRequest("INVITE");
  relay.towards(candidateOf(audio.offer));
  const offer = through(audio.offer, relay.farPort);
  softphone.respond(invite, "200 OK", ["Content-Type: application/sdp"], offer);
  const ack = await softphone.nextRequest("ACK");
  await audio.accept(through(ack.slice(ack.indexOf("\r\n\r\n") + 4), relay.nearPort));
  const leg = await ring.answered;
  if (!isLeg(leg)) throw new Error(`No leg: ${JSON.stringify(leg)}\n${stand.logged.join("\n")}`);
  await waitFor("the agent's connection", () => audio.isConnected);
  return leg;
}

async function endAgent(leg: AgentLeg, softphone: WebPhone): Promise<void> {
  if (leg.signal.aborted) return;
  const ending = leg.hangUp();
  softphone.respond(await softphone.nextRequest("BYE"), "200 OK");
  await ending;
}

/** An empty page of localhost, which may use the microphone. */
async function openSecurePage(browser: TestBrowser) {
  const server = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/html").end("<!doctype html><title>Agent</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  server.close();
  server.closeAllConnections();
  return page;
}

function candidateOf(sdp: string): { host: string; port: number } {
  const all = [...sdp.matchAll(/^a=candidate:\S+ 1 udp \d+ ([\d.]+) (\d+) typ host/gim)];
  const found = all.find(([, host]) => host === "127.0.0.1") ?? all[0];
  if (!found) throw new Error(`No candidate: ${sdp}`);
  return { host: found[1] ?? "", port: Number(found[2]) };
}

/** The same description, but with no other way than the relay's. */
function through(sdp: string, port: number): string {
  const way = `a=candidate:1 1 udp 2122260223 127.0.0.1 ${port} typ host generation 0`;
  const dropped = /^(a=candidate:|a=end-of-candidates|a=rtcp:|c=)/;
  return sdp
    .split(/\r?\n/)
    .filter((line) => !dropped.test(line))
    .flatMap((line) => {
      if (!line.startsWith("m=audio ")) return [line];
      return [line.replace(/^m=audio \d+/, `m=audio ${port}`), "c=IN IP4 127.0.0.1", way];
    })
    .join("\r\n");
}
