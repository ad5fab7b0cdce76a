/** Two telephones that talk in tones, and what their recording must hold. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type Interaction, readRecording } from "../../contract/interactions.ts";
import type { LedgerEntry } from "../../contract/ledger.ts";
import type { Call } from "../rig/call.ts";
import type { Telephone } from "../rig/telephone.ts";
import { between, durationMs, listen, makeTone, readWavChannels, type Sound } from "../rig/tones.ts";
import { waitFor } from "../rig/wait-for.ts";
import { entries, type House, type PhoneAgent } from "./house.ts";

export const [customerHz, agentHz] = [1_000, 640];

/** Calls the demo number, passes its menus by `keys` ("11": English, Sales), and speaks in the customer's tone. */
export async function callIn(house: House, phone: Telephone, keys = "11"): Promise<Call> {
  const call = await phone.call({ to: "+15550100", at: house.program.sipUdp });
  await call.answered();
  call.play(makeTone({ hz: customerHz, durationMs: 1_000 }));
  if (keys !== "") await call.press(keys);
  return call;
}

/** Answers the next call and speaks in the agent's tone. */
export async function answerNext(agent: PhoneAgent, timeoutMs = 20_000): Promise<Call> {
  const call = await agent.phone.nextCall(timeoutMs);
  await call.answer();
  call.play(makeTone({ hz: agentHz, durationMs: 1_000 }));
  return call;
}

export async function hearEachOther(customer: Call, agent: Call): Promise<void> {
  await Promise.all([customer.waitToHear(agentHz), agent.waitToHear(customerHz)]);
}

/** Listens on both sides until `untilMs` (of performance.now): each half second has the other's tone in it. */
export async function keepHearing(customer: Call, agent: Call, untilMs: number): Promise<void> {
  while (performance.now() < untilMs) {
    const [here, there] = await Promise.all([
      customer.hears([customerHz, agentHz], 500),
      agent.hears([customerHz, agentHz], 500),
    ]);
    expect(here.tones).toEqual([agentHz]);
    expect(there.tones).toEqual([customerHz]);
  }
}

/** Long enough for a recording to be judged by. */
export async function talkAWhile(customer: Call, agent: Call): Promise<void> {
  await hearEachOther(customer, agent);
  await keepHearing(customer, agent, performance.now() + 1_000);
}

/** Music, and nobody's tone, for a second from now on. */
export async function hearMusic(call: Call): Promise<void> {
  await waitFor("hold music", async () => {
    const { tones, loudnessDb } = await call.hears([agentHz], 1_000);
    return tones.length === 0 && loudnessDb > -50;
  });
}

export function expectGapless(ledger: readonly LedgerEntry[]): void {
  expect(ledger.map(({ seq }) => seq)).toEqual(ledger.map((_, index) => index + 1));
}

/** The one recording of a talk: complete, of the talk's length, each voice in its own channel. */
export async function expectRecorded(
  house: House,
  { interaction, ledger }: { interaction: Interaction; ledger: LedgerEntry[] },
  { toleranceMs = 300 } = {},
): Promise<void> {
  expect(entries(ledger, "recording.mismatch")).toEqual([]);
  expect(entries(ledger, "recording.failed")).toEqual([]);
  const [customer, agent] = (await download(house, interaction.recordings[0]?.id ?? "")) as [Sound, Sound];
  const lengthMs = durationMs(customer);
  const talkMs = entries(ledger, "talk.ended")[0]?.talkMs ?? 0;
  expect(Math.abs(lengthMs - talkMs)).toBeLessThan(Math.max(toleranceMs, talkMs * 0.02));
  const middle = (sound: Sound) => between(sound, lengthMs * 0.3, lengthMs * 0.8);
  const told = JSON.stringify({ lengthMs, ledger: ledger.map(({ at, event }) => [at, event.type]) });
  const heard = [middle(customer), middle(agent)].map((sound) => listen(sound, [customerHz, agentHz]));
  expect(
    heard.map(({ tones }) => tones),
    `${JSON.stringify(heard)} ${told}`,
  ).toEqual([[customerHz], [agentHz]]);
}

export async function download(house: House, recordingId: string): Promise<Sound[]> {
  const response = await house.administrator.raw(readRecording, { params: { recordingId } });
  expect(response.status).toBe(200);
  const folder = await mkdtemp(join(tmpdir(), "ringdown-heard-"));
  try {
    const path = join(folder, "recording.wav");
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    return await readWavChannels(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
