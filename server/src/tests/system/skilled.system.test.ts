/** What the router can do, seen from the telephone: skills, rings, overflow, one's own agent, answered in an announcement. */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Flow } from "../../contract/flow.ts";
import type { LedgerEntry } from "../../contract/ledger.ts";
import { plainMembership, type QueueMember, QueueSettings } from "../../contract/queues.ts";
import { publishRouting, readRouting, type RoutedQueue } from "../../contract/routing.ts";
import { createFlow, createNumber, publishFlow } from "../../contract/telephony.ts";
import type { Call } from "../rig/call.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { makeTone } from "../rig/tones.ts";
import { entries, hasEnded, type House, openHouse, type PhoneAgent } from "./house.ts";
import { agentHz, answerNext, customerHz, hearEachOther } from "./voices.ts";

const beepHz = 1_000;
/** Numbers whose callers speak English and Mandarin: both want an agent who does. And one that asks for nobody. */
const [english, mandarin, anybody] = ["2001", "2002", "2003"];

let house: House;
let ann: PhoneAgent;
let chen: PhoneAgent;
let caller: Telephone;
const calls: Call[] = [];

beforeAll(async () => {
  house = await openHouse();
  [ann, chen] = [await house.agentWithPhone(0), await house.agentWithPhone(2)];
  caller = await openTelephone({ number: "+15550161" });
  await teach();
  await line(english, "en", { requirement: "language={language}" });
  await line(mandarin, "zh", { requirement: "language={language}" });
  await line(anybody, "en", {});
});
afterEach(async () => {
  for (const call of calls.splice(0)) await call.hangUp();
});
afterAll(async () => {
  await caller.close();
  await house.close();
});

/** Ann speaks English, Chen Mandarin. */
async function teach(): Promise<void> {
  const { version, document } = await house.administrator.call(readRouting);
  const values = [
    { value: "en", name: "English" },
    { value: "zh", name: "Mandarin" },
  ];
  document.skills.push({ id: randomUUID(), key: "language", name: "Language", values });
  document.agents.push(
    { personId: ann.personId, skills: { "language=en": 9 }, capacity: null },
    { personId: chen.personId, skills: { "language=zh": 9 }, capacity: null },
  );
  await house.administrator.call(publishRouting, { body: { document, baseVersion: version } });
}

/** A number that leads straight to Sales. */
async function line(number: string, language: "en" | "zh", wish: { requirement?: string }): Promise<void> {
  const { administrator, sales } = house;
  const flow: Flow = {
    version: 1,
    language,
    start: "sales",
    nodes: {
      sales: {
        kind: "queue",
        queueId: sales.id,
        priority: 0,
        ...wish,
        exits: {},
        next: "goodbye",
      },
      goodbye: { kind: "hangup", prompts: [] },
    },
  };
  const { id: flowId } = await administrator.call(createFlow, { body: { name: `Line ${number}`, flow } });
  await administrator.call(publishFlow, { params: { flowId }, body: { version: 1 } });
  await administrator.call(createNumber, { body: { number, flowId } });
}

type Changes = Partial<Pick<RoutedQueue, "members">> & { settings?: Partial<QueueSettings> };

/** Publishes both queues anew: what is not named is as usual, without announcements. */
async function setUp(changes: { sales?: Changes; support?: Changes }): Promise<void> {
  const { version, document } = await house.administrator.call(readRouting);
  const quiet = { announceRecording: false, announcePosition: false, wrapUpMs: 0, record: false };
  for (const [queue, { members = [], settings = {} }] of [
    [house.sales, changes.sales ?? {}],
    [house.support, changes.support ?? {}],
  ] as const) {
    const found = document.queues.find(({ id }) => id === queue.id);
    if (found === undefined) throw new Error(`The routing has no queue ${queue.name}`);
    found.members = members;
    found.settings = { ...QueueSettings.parse(quiet), ...settings };
  }
  await house.administrator.call(publishRouting, { body: { document, baseVersion: version } });
}

const member = ({ personId }: PhoneAgent, changes: Partial<QueueMember> = {}): QueueMember => ({
  ...plainMembership,
  personId,
  ...changes,
});

async function callIn(to: string): Promise<Call> {
  const call = await caller.call({ to, at: house.program.sipUdp });
  calls.push(call);
  await call.answered();
  call.play(makeTone({ hz: customerHz, durationMs: 1_000 }));
  return call;
}

const isOn = (number: string) => (ledger: LedgerEntry[]) =>
  entries(ledger, "interaction.started")[0]?.to.endsWith(number) === true;
const hasLine = (type: LedgerEntry["event"]["type"]) => (ledger: LedgerEntry[]) =>
  ledger.some(({ event }) => event.type === type);

/** The newest interaction: tests look at their own before they begin the next. */
async function talking(number: string) {
  const { ledger } = await house.interaction(
    `talks on ${number}`,
    (lines) => isOn(number)(lines) && hasLine("talk.started")(lines) && !hasLine("interaction.ended")(lines),
  );
  return { ledger, offer: entries(ledger, "offer.made").at(-1) };
}

describe("a caller", () => {
  it("gets the agent who speaks their language, though another has been idle for longer", async () => {
    await setUp({ sales: { members: [member(ann), member(chen)] } });
    await ann.ready();
    await chen.ready();
    const call = await callIn(mandarin);
    await hearEachOther(call, await answerNext(chen));
    const { offer } = await talking(mandarin);
    expect(offer).toMatchObject({
      agentId: chen.personId,
      reason: { requirement: "language=zh", skills: { "language=zh": 9 } },
    });
  });

  it("gets the agent who had them last, though another has been idle for longer", async () => {
    const sticky = { lastAgent: true, withinMs: 600_000, patienceMs: 20_000 };
    await setUp({ sales: { members: [member(ann), member(chen)], settings: { sticky } } });
    const call = await callIn(anybody);
    await hearEachOther(call, await answerNext(chen));
    const { ledger, offer } = await talking(anybody);
    expect(entries(ledger, "queue.entered")).toMatchObject([
      { sticky: { agentId: chen.personId, because: "last-agent" } },
    ]);
    expect(offer).toMatchObject({ agentId: chen.personId, reason: { sticky: "last-agent" } });
  });

  it("gets somebody without the skill once a ring no longer asks for it", async () => {
    const rings = [{ afterMs: 2_000, lowerBy: 0, drop: ["language"], level: 1, borrowFrom: [] }];
    await setUp({ sales: { members: [member(ann)], settings: { rings } } });
    const call = await callIn(mandarin);
    await hearEachOther(call, await answerNext(ann));
    const { offer } = await talking(mandarin);
    expect(offer).toMatchObject({
      agentId: ann.personId,
      reason: { trigger: "widened", ring: 1, requirement: null, requirementOnEntry: "language=zh" },
    });
    expect(offer?.reason.waitedMs).toBeGreaterThanOrEqual(2_000);
  });

  it("is sent to the second queue with the place they had, and an agent there answers", async () => {
    const overflow = { "max-wait": { kind: "queue", queueId: house.support.id } } as const;
    await setUp({
      sales: { settings: { maximumWaitMs: 1_500, overflow } },
      support: { members: [member(ann)] },
    });
    const call = await callIn(english);
    await hearEachOther(call, await answerNext(ann));
    const { ledger, offer } = await talking(english);
    const [first, second] = entries(ledger, "queue.entered");
    expect(second).toMatchObject({ queueId: house.support.id, enqueuedAt: first?.enqueuedAt });
    expect(entries(ledger, "queue.overflowed")).toMatchObject([
      { queueId: house.sales.id, cause: "max-wait", to: "queue", target: house.support.id },
    ]);
    expect(offer?.reason.waitedMs).toBeGreaterThanOrEqual(1_500);
  });

  it("leaves a message when the queue has nobody and sends them to its voicemail", async () => {
    const overflow = { "no-agents": { kind: "voicemail" } } as const;
    await setUp({ sales: { settings: { leaveWhenNoAgents: true, overflow } } });
    const call = await callIn(english);
    call.play(null);
    await call.press("0"); // the greeting is long
    await call.waitToHear(beepHz);
    call.play(makeTone({ hz: 700, durationMs: 2_500 }));
    await call.press("123456789012#"); // takes as long as a short message
    const { interaction, ledger } = await house.interaction(
      "left a message",
      (lines) => isOn(english)(lines) && hasEnded(lines) && hasLine("voicemail.left")(lines),
    );
    expect(entries(ledger, "queue.left")).toMatchObject([{ cause: "no-agents" }]);
    expect(entries(ledger, "voicemail.left")).toMatchObject([{ queueId: house.sales.id }]);
    expect(interaction).toMatchObject({ outcome: "voicemail", endedBy: "system" });
  });

  it("whose agent answers in the middle of an announcement hears the agent at once, and it no more", async () => {
    // Chen gets callers after a second: in the middle of "you are number two in the queue".
    const settings = { announcePosition: true };
    await setUp({ sales: { members: [member(chen, { delayMs: 1_000 })], settings } });
    const first = await openTelephone({ number: "+15550162" });
    try {
      const ahead = await first.call({ to: english, at: house.program.sipUdp });
      await ahead.answered();
      await house.interaction("waits", (lines) => isOn(english)(lines) && hasLine("queue.announced")(lines));
      const call = await callIn(mandarin);
      const agent = await answerNext(chen);
      await call.waitToHear(agentHz);
      for (let window = 0; window < 6; window += 1) {
        const { tones, loudnessDb } = await call.hears([agentHz], 250);
        expect(tones).toEqual([agentHz]); // neither silence nor a voice in between
        expect(loudnessDb).toBeGreaterThan(-30);
      }
      await agent.waitToHear(customerHz);
      const { ledger } = await talking(mandarin);
      const at = (type: LedgerEntry["event"]["type"]) =>
        ledger.find(({ event }) => event.type === type)?.at ?? Number.NaN;
      const announcementMs = 2_460;
      expect(at("talk.started") - at("queue.announced")).toBeLessThan(announcementMs);
      expect(entries(ledger, "talk.started")[0]?.answerToBridgeMs).toBeLessThan(1_000);
      await ahead.hangUp();
    } finally {
      await first.close();
    }
  });
});
