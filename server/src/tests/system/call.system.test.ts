/** The main job: a caller, the IVR, the queue, an agent in a browser, two-way audio, the recording, the figures. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRecording } from "../../contract/interactions.ts";
import { hearTones, openBrowser } from "../rig/browser.ts";
import { startSipp } from "../rig/sipp.ts";
import { openTelephone } from "../rig/telephone.ts";
import { between, durationMs, listen, readWavChannels, type Sound } from "../rig/tones.ts";
import { waitFor } from "../rig/wait-for.ts";
import { type BrowserAgent, openBrowserAgent } from "./browser-agent.ts";
import { entries, hasEnded, type House, openHouse } from "./house.ts";

const [customerHz, agentHz] = [1_000, 640];
let house: House;
let agent: BrowserAgent;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ringdown-heard-"));
  house = await openHouse();
  agent = await openBrowserAgent(house.people[0]?.url ?? "", { microphoneHz: agentHz });
  await agent.ready();
});
afterAll(async () => {
  await agent.close();
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

async function recordingOf(recordingId: string): Promise<Sound[]> {
  const response = await house.administrator.raw(readRecording, { params: { recordingId } });
  expect(response.status).toBe(200);
  const path = join(folder, `${recordingId}.wav`);
  await writeFile(path, Buffer.from(await response.arrayBuffer()));
  return readWavChannels(path);
}

/** Both voices in the recording, each in its own channel and not in the other's, over the talk's length. */
async function checkRecording(recordingId: string, talkMs: number): Promise<void> {
  const channels = await recordingOf(recordingId);
  expect(channels).toHaveLength(2);
  const [customer, agentChannel] = channels as [Sound, Sound];
  const lengthMs = durationMs(customer);
  expect(Math.abs(lengthMs - talkMs)).toBeLessThan(Math.max(500, talkMs * 0.02));
  expect(durationMs(agentChannel)).toBe(lengthMs);
  const middle = (sound: Sound) => between(sound, lengthMs * 0.4, lengthMs * 0.8);
  expect(listen(middle(customer), [customerHz, agentHz]).tones).toEqual([customerHz]);
  expect(listen(middle(agentChannel), [customerHz, agentHz]).tones).toEqual([agentHz]);
}

describe("a call", () => {
  it("from sipp over UDP reaches an agent in a browser, both hear each other, and it is recorded and counted", async () => {
    const sipp = await startSipp({
      at: house.program.sipUdp,
      to: "+15550100",
      toneHz: customerHz,
      keys: [
        { key: "1", atMs: 500 },
        { key: "1", atMs: 1_500 },
      ],
      audioMs: 60_000,
      hangUp: "callee",
    });
    try {
      await agent.page.getByTestId("offer-card").waitFor({ timeout: 20_000 });
      await expect(agent.page.getByTestId("offer-card").innerText()).resolves.toContain("Sales");
      await agent.answer();
      const heard = await hearTones(agent.page, 1_500, [customerHz, agentHz]);
      expect(heard.tones).toEqual([customerHz]);
      await agent.page.getByTestId("call-hangup").click();
      await agent.page.getByTestId("wrapup-card").or(agent.page.getByTestId("desk-state")).first().waitFor();
      const { succeeded, failed, errors } = await sipp.result(20_000);
      expect({ succeeded, failed, errors }).toMatchObject({ succeeded: 1, failed: 0 });
    } finally {
      await sipp.close();
    }
    const { ledger, interaction } = await house.interaction("was answered", hasEnded);
    const [talk] = entries(ledger, "talk.ended");
    expect(talk).toMatchObject({ by: "agent" });
    expect(interaction).toMatchObject({ outcome: "answered", endedBy: "agent", queueId: house.sales.id });
    expect(entries(ledger, "recording.mismatch")).toEqual([]);
    await checkRecording(interaction.recordings[0]?.id ?? "", talk?.talkMs ?? 0);
    const [bridged] = entries(ledger, "talk.started");
    expect(bridged?.answerToBridgeMs).toBeLessThan(5_000);
    await agent.state("idle");
  });

  it("lets the caller on the telephone hear the agent's voice, hold music, and the agent again", async () => {
    const caller = await openTelephone({ number: "+15550178" });
    const call = await caller.call({ to: "1000", at: house.program.sipUdp });
    await call.answered();
    await call.press("12");
    await agent.answer(20_000);
    await call.waitToHear(agentHz);
    await agent.page.getByTestId("call-hold").click();
    await agent.state("holding");
    await waitFor("hold music", async () => {
      const hearing = await call.hears([agentHz], 400);
      return hearing.tones.length === 0 && hearing.loudnessDb > -50;
    });
    await agent.page.getByTestId("call-hold").click();
    await agent.state("talking");
    await call.waitToHear(agentHz);
    await call.hangUp();
    await caller.close();
    const { ledger, interaction } = await house.interaction(
      "was held",
      (lines) => hasEnded(lines) && entries(lines, "hold.ended").length > 0,
    );
    expect(interaction).toMatchObject({ queueId: house.support.id, endedBy: "customer", to: "1000" });
    expect(entries(ledger, "hold.started")).toHaveLength(1);
    await agent.state("idle");
  });

  it("from the public page in a second browser is heard both ways and recorded", async () => {
    const web = await openBrowser({ microphoneHz: customerHz });
    try {
      const page = await web.newPage();
      await page.goto(`${house.program.http}/call/1000`);
      await page.getByTestId("caller-start").click();
      await page.getByTestId("caller-digit-1").click({ timeout: 15_000 });
      await waitFor("the language menu to pass", async () => {
        const found = await house
          .interaction(
            "pressed once",
            (lines) => entries(lines, "flow.pressed").length === 1 && !hasEnded(lines),
            200,
          )
          .catch(() => null);
        return found;
      });
      await page.getByTestId("caller-digit-1").click();
      const state = page.getByTestId("caller-state");
      await page.locator('[data-testid="caller-state"][data-state="waiting"]').waitFor();
      await agent.answer(20_000);
      await page.locator('[data-testid="caller-state"][data-state="connected"]').waitFor();
      await expect(state.innerText()).resolves.toContain("You are talking");
      expect((await hearTones(agent.page, 1_500, [customerHz, agentHz])).tones).toEqual([customerHz]);
      expect((await hearTones(page, 1_500, [customerHz, agentHz])).tones).toEqual([agentHz]);
      await page.getByTestId("caller-hangup").click();
      await agent.state("idle");
    } finally {
      await web.close();
    }
    const { ledger, interaction } = await house.interaction(
      "came from the web",
      (lines) => hasEnded(lines) && entries(lines, "interaction.started")[0]?.source === "web",
    );
    expect(interaction).toMatchObject({ outcome: "answered", endedBy: "customer", source: "web" });
    await checkRecording(interaction.recordings[0]?.id ?? "", entries(ledger, "talk.ended")[0]?.talkMs ?? 0);
  });
});
