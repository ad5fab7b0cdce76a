/** A supervisor asks why: why a caller waits whom nobody can serve, and why an agent is idle meanwhile. */
import { randomUUID } from "node:crypto";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listPeople } from "../../contract/people.ts";
import { plainMembership } from "../../contract/queues.ts";
import type { ResultOf } from "../../contract/endpoint.ts";
import { publishRouting, readRouting } from "../../contract/routing.ts";
import { explainAgent, explainWaiting } from "../../contract/why.ts";
import { giveSession, openBrowser, type TestBrowser } from "../rig/browser.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { waitFor } from "../rig/wait-for.ts";
import { entries, hasEnded, type House, openHouse, type PhoneAgent } from "./house.ts";
import { answerNext } from "./voices.ts";

type Routing = ResultOf<typeof readRouting>["document"];

let house: House;
let ann: PhoneAgent;
let benId: string;
let caller: Telephone;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  house = await openHouse({ RINGDOWN_METRICS_PORT: "0" });
  ann = await house.agentWithPhone(0);
  const { people } = await house.administrator.call(listPeople);
  benId = people.find(({ username }) => username === house.people[1]?.username)?.id ?? "";
  caller = await openTelephone({ number: "+15550177" });
  browser = await openBrowser();
  await giveSession(browser, house.program.http, house.administrator.cookie);
  page = await browser.newPage();
});
afterAll(async () => {
  await browser.close();
  await caller.close();
  await house.close();
});

/** Sales wants Mandarin, which only Ben speaks, who is not at work; waits of a second raise the alarm. */
function wantMandarin({ skills, queues, agents }: Routing): void {
  const values = [{ value: "zh", name: "Mandarin" }];
  skills.push({ id: randomUUID(), key: "language", name: "Language", values });
  const sales = queues.find(({ id }) => id === house.sales.id);
  if (sales === undefined) throw new Error("The routing has no queue Sales");
  sales.members = [ann.personId, benId].map((personId) => ({ ...plainMembership, personId }));
  agents.push({ personId: benId, skills: { "language=zh": 9 }, capacity: null });
  Object.assign(sales.settings, { requirement: "language=zh", alarmWaitMs: 1_000 });
}

async function publish(change: (document: Routing) => void): Promise<void> {
  const { version, document } = await house.administrator.call(readRouting);
  change(document);
  await house.administrator.call(publishRouting, { body: { document, baseVersion: version } });
}

/** The panel's one reason, as it is shown now. */
async function reasonBecomes(because: string): Promise<string> {
  const sentence = page.locator(`[data-testid="why-sentence"][data-because="${because}"]`);
  await sentence.waitFor({ timeout: 10_000 });
  return (await sentence.textContent()) ?? "";
}

async function callSales(): Promise<void> {
  const call = await caller.call({ to: "+15550100", at: house.program.sipUdp });
  await call.answered();
  await call.press("11");
}

it("is told that nobody has the skill, sees it change, and is told what became of the caller", async () => {
  const { administrator } = house;
  await publish(wantMandarin);
  await ann.ready();
  await callSales();
  const { id } = await house.interaction("waits", (ledger) => entries(ledger, "queue.entered").length > 0);
  await page.goto(`${house.program.http}/live`);

  // Why does the caller wait?
  const row = page.getByTestId("waiting-row");
  await row.getByTestId("why").click();
  expect(await reasonBecomes("nobody-suits")).toContain("language=zh");
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa"]).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByTestId("why-sentence").waitFor({ state: "detached" });
  expect(
    await row.getByTestId("why").evaluate((button) => button.ownerDocument.activeElement === button),
  ).toBe(true);

  // Why is Ann idle meanwhile?
  await page.getByTestId(`agent-row-${ann.personId}`).getByTestId("why").click();
  await reasonBecomes("lacks-skills");
  expect(await page.getByTestId("why-queue").first().textContent()).toContain("1");
  await page.keyboard.press("Escape");
  expect(await ann.client.call(explainAgent, { params: { personId: ann.personId } })).toMatchObject({
    because: "lacks-skills",
    state: "idle",
  });

  // The starvation alarm, by more than colour.
  await page.getByTestId("queue-late").waitFor({ timeout: 10_000 });
  await waitFor("the tab's title to say so", async () => (await page.title()).startsWith("(1!)"));

  // She learns Mandarin: the open panel tells of it by itself.
  await row.getByTestId("why").click();
  await publish((document) => {
    document.agents.push({ personId: ann.personId, skills: { "language=zh": 7 }, capacity: null });
  });
  const name = house.people[0]?.name ?? "";
  expect(await reasonBecomes("ringing")).toContain(name);
  expect(ann.desk().offer?.card.why).toMatchObject({
    requirement: "language=zh",
    relaxed: false,
    sticky: null,
  });
  const agentCall = await answerNext(ann);
  await page.locator('[data-testid="why-sentence"]:not([data-because])').waitFor({ timeout: 10_000 });
  await expect(administrator.call(explainWaiting, { params: { interactionId: id } })).rejects.toThrow(
    `This caller does not wait any more: answered by ${name} at `,
  );
  await page.keyboard.press("Escape");
  await waitFor("the alarm to be over", async () => !(await page.title()).startsWith("("));
  await page.getByTestId("time-to-offer").waitFor();

  // What was asked of her stays with the interaction.
  await agentCall.hangUp();
  await house.interaction("has ended", hasEnded);
  await page.goto(`${house.program.http}/interactions/${id}`);
  await page.getByRole("button", { name: /^Why / }).click();
  const reason = page.getByTestId("offer-reason");
  expect(await reason.getByTestId("reason-required").textContent()).toMatch(/language=zh.*language=zh: 7/s);
  // Who asks in the very moment when the caller gets an agent is told so by a 404, which a browser notes.
  expect(browser.errors.filter((error) => !error.includes("404"))).toEqual([]);
});

it("Prometheus is told of the same call", async () => {
  const text = await (await fetch(house.program.metrics ?? "")).text();
  const queue = `queue_id="${house.sales.id}"`;
  expect(text).toContain(`ringdown_queue_info{${queue},name="Sales"} 1`);
  expect(text).toContain(`ringdown_queue_left_total{${queue},cause="answered"} 1`);
  expect(text).toContain(`ringdown_time_to_offer_seconds_count{${queue}} 1`);
  expect(text).toContain('ringdown_part_up{part="postgres"} 1');
  expect(text).toContain("ringdown_router_leader 1");
});
