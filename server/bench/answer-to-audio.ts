/** How long after the click on "answer" the agent in a browser and the caller on a telephone hear each other. */
import type { Page } from "playwright-core";
import type { Call } from "../src/tests/rig/call.ts";
import { openTelephone } from "../src/tests/rig/telephone.ts";
import { makeTone, type Sound } from "../src/tests/rig/tones.ts";
import { waitFor } from "../src/tests/rig/wait-for.ts";
import { openBrowserAgent } from "../src/tests/system/browser-agent.ts";
import { listPeople } from "../src/contract/people.ts";
import { setQueueMembers } from "../src/contract/queues.ts";
import { percentiles } from "./acd/percentiles.ts";
import type { BenchHouse } from "./bench-house.ts";
import { armEars, installEars, readEars } from "./in-page.ts";

export interface AnswerToAudio {
  calls: number;
  /** Click to the caller's voice in the browser. */
  agentHearsMs: Spread;
  /** Click to the agent's voice in the telephone. */
  callerHearsMs: Spread;
  /** The later of the two. */
  bothWaysMs: Spread;
}
interface Spread {
  p50: number;
  p95: number;
  max: number;
}

const [customerHz, agentHz] = [1_000, 640];

export async function measureAnswerToAudio(bench: BenchHouse, calls: number): Promise<AnswerToAudio> {
  const { house } = bench;
  const [person] = house.people;
  if (!person) throw new Error("The demo has no agents");
  const { people } = await house.administrator.call(listPeople);
  const personId = people.find(({ username }) => username === person.username)?.id ?? "";
  const members = [{ personId, priority: 0 }];
  const params = { queueId: bench.browserQueueId };
  await house.administrator.call(setQueueMembers, { params, body: { members } });
  const agent = await openBrowserAgent(person.url, { microphoneHz: agentHz });
  const caller = await openTelephone({ number: "+15550177" });
  try {
    await agent.ready();
    await agent.page.evaluate(installEars);
    const [agentHears, callerHears]: [number[], number[]] = [[], []];
    for (let count = 0; count < calls; count += 1) {
      await agent.page.evaluate(armEars);
      const call = await caller.call({ to: bench.browserNumber, at: house.program.sipUdp });
      await call.answered();
      call.play(makeTone({ hz: customerHz, durationMs: 1_000 }));
      const heard = await answerOnce(agent.page, call);
      agentHears.push(heard.agentMs);
      callerHears.push(heard.callerMs);
      await call.hangUp();
      await agent.state("idle");
    }
    const later = agentHears.map((ms, index) => Math.max(ms, callerHears[index] ?? 0));
    return {
      calls,
      agentHearsMs: spread(agentHears),
      callerHearsMs: spread(callerHears),
      bothWaysMs: spread(later),
    };
  } finally {
    await caller.close();
    await agent.close();
  }
}

async function answerOnce(page: Page, call: Call): Promise<{ agentMs: number; callerMs: number }> {
  await page.getByTestId("offer-answer").waitFor({ timeout: 15_000 });
  await new Promise((resolve) => setTimeout(resolve, 700)); // a person needs longer to click than the page to draw
  const callerHeard = waitFor(
    "the caller to hear the agent",
    () => isTone(call.media.heardLately(40), agentHz) && Date.now(),
    { intervalMs: 4, timeoutMs: 15_000 },
  );
  await page.getByTestId("offer-answer").click();
  const callerAt = await callerHeard;
  const { clickedAt, heardAt } = await waitFor("the agent to hear the caller", async () => {
    const ears = await page.evaluate(readEars);
    return ears.clickedAt !== null && ears.heardAt !== null
      ? { clickedAt: ears.clickedAt, heardAt: ears.heardAt }
      : null;
  });
  return { agentMs: heardAt - clickedAt, callerMs: callerAt - clickedAt };
}

/** Whether most of the power is at this frequency: a single bin over so short a sound tells a tone from music. */
function isTone({ sampleRate, samples }: Sound, hz: number): boolean {
  let [real, imaginary, power] = [0, 0, 0];
  samples.forEach((sample, index) => {
    const angle = (2 * Math.PI * hz * index) / sampleRate;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
    power += sample * sample;
  });
  if (samples.length === 0 || power / samples.length < 100 ** 2) return false;
  return (2 * (real ** 2 + imaginary ** 2)) / samples.length / power > 0.5;
}

function spread(samples: number[]): Spread {
  const { p50, p95, max } = percentiles(samples);
  return { p50, p95, max };
}
