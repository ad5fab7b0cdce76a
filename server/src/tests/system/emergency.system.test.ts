/** The emergency switch: thrown in the browser, heard by those who call and those who wait, and taken back. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../base/wav.ts";
import { createEmergencyPreset, switchEmergency } from "../../contract/emergency.ts";
import { createPerson } from "../../contract/people.ts";
import { uploadPrompt } from "../../contract/telephony.ts";
import { giveSession, openBrowser, type TestBrowser } from "../rig/browser.ts";
import type { Call } from "../rig/call.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { makeTone } from "../rig/tones.ts";
import { waitFor } from "../rig/wait-for.ts";
import { ApiClient } from "./api-client.ts";
import { entries, type House, openHouse } from "./house.ts";

const alarmHz = 700;
let house: House;
let caller: Telephone;
let browser: TestBrowser;
let page: Page;
let supervisor: ApiClient;
let alarm: { upload: string };

beforeAll(async () => {
  house = await openHouse();
  caller = await openTelephone({ number: "+15550177" });
  const body = { name: "Sam Supervisor", username: "sam", role: "supervisor" };
  const { invitation } = await house.administrator.call(createPerson, { body });
  supervisor = await ApiClient.byLink(invitation.url, "correct horse battery");
  alarm = { upload: await uploadTone() };
  await house.administrator.call(createEmergencyPreset, { body: { name: "Test alarm", ...message } });
  browser = await openBrowser();
  await giveSession(browser, house.program.http, supervisor.cookie);
  page = await browser.newPage();
});
/** A test that failed leaves no emergency to the next one. */
afterEach(async () => {
  await supervisor.call(switchEmergency, { body: { emergency: null } });
});
afterAll(async () => {
  await browser.close();
  await caller.close();
  await house.close();
});

async function uploadTone(): Promise<string> {
  const tone = makeTone({ hz: alarmHz, durationMs: 2_500 });
  const { administrator } = house;
  const response = await fetch(`${administrator.origin}${uploadPrompt.path}?name=alarm&language=en`, {
    method: "POST",
    headers: {
      "content-type": "audio/wav",
      origin: administrator.origin,
      cookie: administrator.cookie,
      "x-csrf-token": administrator.me?.csrfToken ?? "",
    },
    body: encodeWav(tone.samples, tone.sampleRate, 1),
  });
  return ((await response.json()) as { id: string }).id;
}

const message = {
  mode: "closed",
  get prompts() {
    return { en: [alarm] };
  },
  ending: { kind: "hang-up" },
  waiting: "leave",
} as const;

/** Calls and, if keys are given, goes through the menu to a queue. */
async function comeIn(keys = ""): Promise<Call> {
  const call = await caller.call({ to: "1000", at: house.program.sipUdp });
  await call.answered();
  if (keys !== "") await call.press(keys);
  return call;
}
const waitingIn = (queueId: string) =>
  house.interaction(
    "waits",
    (ledger) =>
      entries(ledger, "queue.entered").some((event) => event.queueId === queueId) &&
      entries(ledger, "queue.left").length === 0,
  );
async function hearsTheAlarmAndIsEnded(call: Call): Promise<void> {
  await call.waitToHear(alarmHz);
  await waitFor("the call to be ended", () => call.end);
  expect(call.end).toMatchObject({ by: "them" });
}

describe("the emergency switch", () => {
  it("turned on by a supervisor in two steps sends those who wait away, turns callers away, and off again", async () => {
    const waiting = await comeIn("11");
    const { id: waitingId } = await waitingIn(house.sales.id);

    await page.goto(`${house.program.http}/live`);
    await page.getByTestId("emergency-open").click();
    await page.getByRole("radio", { name: "Test alarm" }).check();
    await page.getByTestId("emergency-next").press("Enter");
    const effects = await page.getByTestId("emergency-effects").innerText();
    expect(effects).toContain("Callers hear the message, then the call ends");
    expect(effects).toContain("Those who wait leave their queues at once and hear it");
    await page.getByTestId("emergency-confirm").press("Enter");
    const banner = page.getByTestId("emergency-banner");
    await banner.waitFor();
    expect(await banner.innerText()).toContain("Emergency: Test alarm. Callers are turned away.");
    expect(await banner.innerText()).toContain("Switched on by Sam Supervisor");

    await hearsTheAlarmAndIsEnded(waiting);
    const left = await house.interaction(
      "has left",
      (ledger) => ledger[0]?.interactionId === waitingId && entries(ledger, "interaction.ended").length > 0,
    );
    expect(entries(left.ledger, "queue.left")).toMatchObject([{ cause: "closed" }]);
    expect(entries(left.ledger, "emergency.met")).toMatchObject([{ where: "waiting", name: "Test alarm" }]);
    expect(left.interaction).toMatchObject({ outcome: "not-served", endCause: "emergency" });

    await hearsTheAlarmAndIsEnded(await comeIn());
    await house.interaction(
      "was turned away",
      (ledger) =>
        entries(ledger, "emergency.met").some(({ where }) => where === "entry") &&
        entries(ledger, "flow.entered").length === 0 &&
        entries(ledger, "interaction.ended").length > 0,
    );

    await page.getByTestId("emergency-off").click();
    await page.getByRole("dialog").getByRole("button", { name: "Switch off" }).click();
    await banner.waitFor({ state: "detached" });
    const usual = await comeIn("11");
    await waitingIn(house.sales.id);
    await usual.hangUp();
    await house.interaction("gave up", (ledger) =>
      entries(ledger, "queue.left").some(({ cause }) => cause === "abandoned"),
    );
  });

  it("for one queue leaves those alone who stay, and meets those who come to it", async () => {
    const staying = await comeIn("12");
    await waitingIn(house.support.id);
    const scope = { kind: "queues", queueIds: [house.support.id] } as const;
    const emergency = { name: "Support is away", ...message, waiting: "stay", scope };
    await supervisor.call(switchEmergency, { body: { emergency } });
    const other = await comeIn("11");
    await waitingIn(house.sales.id);
    await hearsTheAlarmAndIsEnded(await comeIn("12"));
    expect([staying.end, other.end]).toEqual([null, null]);
    await staying.hangUp();
    await other.hangUp();
  });
});
