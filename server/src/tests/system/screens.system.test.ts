/** Every screen, in English and light or in Chinese and dark, wide and narrow: accessible by WCAG AA, nothing cut off, no errors. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readRouting, saveRoutingDraft } from "../../contract/routing.ts";
import { createCustomer } from "../../contract/customers.ts";
import { switchEmergency } from "../../contract/emergency.ts";
import { listFlows } from "../../contract/telephony.ts";
import { createTrunk, listTrunks } from "../../contract/trunks.ts";
import { giveSession, openBrowser, screenSizes, type TestBrowser } from "../rig/browser.ts";
import { openTelephone } from "../rig/telephone.ts";
import { waitForValue } from "../rig/wait-for.ts";
import { hasEnded, type House, openHouse } from "./house.ts";

const looks = [
  { language: "en", colorScheme: "light" },
  { language: "zh", colorScheme: "dark" },
] as const;

let house: House;
let browsers: TestBrowser[];
/** One for each look, side by side. */
let pages: Page[];
/** English and light. */
let page: Page;
let interactionId: string;
let flowId: string;
let personId: string;
let trunkId: string;
const scheduleId = "3f2c1f0e-5d7b-4b1a-9c55-0f6f5a3a7f10";

/** A draft with something of everything, and a mistake, so that no screen is empty. */
async function draftRouting(): Promise<void> {
  const { administrator, sales } = house;
  const { document } = await administrator.call(readRouting);
  personId = sales.members[0]?.personId ?? "";
  const capacity = { total: 100, weights: { voice: 100, chat: 30 }, limits: { voice: 1, chat: 3 } };
  const draft = {
    ...document,
    skills: [{ id: "8a0d5f5e-7a2b-4c3d-8e9f-102030405060", key: "billing", name: "Billing" }],
    teams: [{ id: "9b1e6f6f-8b3c-4d4e-9fa0-203040506070", name: "Early", personIds: [personId] }],
    schedules: [
      {
        id: scheduleId,
        name: "Office",
        timezone: "Europe/Berlin",
        weekly: [{ days: [1, 2, 3, 4, 5], from: "08:00", to: "17:00" }],
        holidays: [{ date: "2026-12-25", name: "Christmas" }],
      },
    ],
    agents: [{ personId, skills: { billing: 7 }, capacity }],
    queues: document.queues.map((queue) =>
      queue.id === sales.id
        ? {
            ...queue,
            settings: {
              ...queue.settings,
              requirement: "billing>=5 and",
              rings: [{ afterMs: 30_000, drop: ["*"] }],
            },
          }
        : queue,
    ),
  };
  await administrator.call(saveRoutingDraft, { body: { document: draft, revision: null } });
}

/** A customer with attributes, and the emergency switch on: its banner is part of every screen. */
async function knowTheCaller(): Promise<void> {
  const { administrator } = house;
  const customer = { name: "Ann Lee", numbers: ["+15550177"], attributes: { tier: "vip" } };
  await administrator.call(createCustomer, { body: customer });
  const prompts = { en: [{ prompt: "emergency-system" }], zh: [{ prompt: "emergency-system" }] };
  const emergency = { name: "System down", mode: "message", prompts, scope: { kind: "all" } };
  await administrator.call(switchEmergency, { body: { emergency } });
}

/** A trunk with something of everything; off, so that nobody is called. */
async function addTrunk(): Promise<void> {
  const credentials = { transport: "tls", username: "4711", password: "secret" } as const;
  const trunk = await house.administrator.call(createTrunk, {
    body: {
      ...{ name: "Carrier", enabled: false, networks: ["192.0.2.10"], codecs: ["pcma", "g722"] },
      ...{ username: "pbx", password: "a long trunk secret", encryption: "optional", region: "DE" },
      outbound: { uri: "sip:192.0.2.10", ...credentials, transport: "udp" },
      registration: { registrarUri: "sip:192.0.2.11", ...credentials },
      numbers: { format: "national", strip: 0, add: "" },
    },
  });
  trunkId = trunk.id;
}

beforeAll(async () => {
  house = await openHouse();
  const caller = await openTelephone({ number: "+15550177" });
  const call = await caller.call({ to: "1000", at: house.program.sipUdp });
  await call.answered();
  await call.press("11");
  await house.interaction("waits", (ledger) => ledger.some(({ event }) => event.type === "queue.entered"));
  await caller.close();
  interactionId = (await house.interaction("has ended", hasEnded)).id;
  flowId = (await house.administrator.call(listFlows)).flows[0]?.id ?? "";
  await draftRouting();
  await knowTheCaller();
  await addTrunk();
  browsers = await Promise.all(looks.map(() => openBrowser()));
  for (const browser of browsers) await giveSession(browser, house.program.http, house.administrator.cookie);
  pages = await Promise.all(browsers.map((browser) => browser.newPage()));
  for (const each of pages) await each.goto(house.program.http);
  page = pages[0] ?? never();
});
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await house.close();
});

function never(): never {
  throw new Error("There is no page");
}

const staffScreens = [
  ["the desk", () => "/desk"],
  ["live queues", () => "/live"],
  ["interactions", () => "/interactions"],
  ["an interaction", () => `/interactions/${interactionId}`],
  ["calls back", () => "/callbacks"],
  ["reports", () => "/reports"],
  ["customers", () => "/customers"],
  ["emergency messages", () => "/admin/emergency"],
  ["people", () => "/admin/people"],
  ["queues", () => "/admin/queues"],
  ["a queue", () => `/admin/queues/${house.sales.id}`],
  ["a person's skills and capacity", () => `/admin/people/${personId}`],
  ["skills", () => "/admin/skills"],
  ["teams", () => "/admin/teams"],
  ["schedules", () => "/admin/schedules"],
  ["a schedule", () => `/admin/schedules/${scheduleId}`],
  ["the review of the draft", () => "/admin/review"],
  ["the what-if", () => "/admin/simulate"],
  ["versions of the routing", () => "/admin/versions"],
  ["a version of the routing", () => "/admin/versions/1"],
  ["numbers", () => "/admin/numbers"],
  ["flows", () => "/admin/flows"],
  ["a flow", () => `/admin/flows/${flowId}`],
  ["prompts", () => "/admin/prompts"],
  ["trunks", () => "/admin/trunks"],
  ["a trunk", () => `/admin/trunks/${trunkId}`],
  ["servers", () => "/admin/servers"],
  ["labels", () => "/admin/labels"],
  ["audit", () => "/admin/audit"],
  ["the caller's page", () => "/call/1000"],
] as const;

async function visit(path: string, look: (typeof looks)[number], page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: "reduce" });
  await page.evaluate(`localStorage.setItem("ringdown.language", "${look.language}")`);
  await page.goto(`${house.program.http}${path}`);
  await page.getByRole("heading").first().waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
}

/** Serious problems by rule, with the first element of each. */
async function problemsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
    .analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ""} ${nodes[0]?.failureSummary ?? ""}`,
  );
}

/** The page may scroll down, but not sideways, once it has settled. */
async function fitsTheScreen(page: Page): Promise<void> {
  await waitForValue(
    "the page to fit the screen",
    () => page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth"),
    (pixels) => pixels <= 0,
    { timeoutMs: 3_000 },
  );
}

/** Each screen in one look, so that CI stays within its time; RINGDOWN_ALL_LOOKS=1: in all. */
const looksOf = (index: number) =>
  looks.filter((_look, each) => process.env["RINGDOWN_ALL_LOOKS"] === "1" || each === index % looks.length);

it.each(staffScreens.map(([name, path], index) => ({ name, path, looksHere: looksOf(index) })))(
  "$name has no problem of accessibility and fits a telephone",
  async ({ path, looksHere }) => {
    await Promise.all(
      looksHere.map(async (look) => {
        const own = pages[looks.indexOf(look)] ?? never();
        await own.setViewportSize(screenSizes.desktop);
        await visit(path(), look, own);
        expect(await problemsOf(own), `in ${look.language}, ${look.colorScheme}`).toEqual([]);
        await own.setViewportSize(screenSizes.phone);
        await fitsTheScreen(own);
        await own.setViewportSize(screenSizes.desktop);
      }),
    );
  },
);

it("the dialogs of the emergency switch and of customers have no problem of accessibility", async () => {
  await page.goto(house.program.http);
  await visit("/live", looks[0], page);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByRole("switch", { name: "Adjust the message" }).check();
  expect(await problemsOf(page)).toEqual([]);
  await page.getByTestId("emergency-next").click();
  await page.getByTestId("emergency-confirm").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await visit("/customers", looks[0], page);
  await page.getByRole("button", { name: "Edit: Ann Lee" }).click();
  await page.getByRole("dialog").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByTestId("import-customers").click();
  await page.getByRole("dialog").waitFor();
  expect(await problemsOf(page)).toEqual([]);
});

it("a trunk is added by three fields, and the last media server drained only by who insists", async () => {
  await page.goto(house.program.http);
  await visit("/admin/trunks/new", looks[0], page);
  await page.getByTestId("save-trunk").click();
  expect(await page.evaluate("document.activeElement?.getAttribute('data-path')")).toBe("name");
  expect(await problemsOf(page)).toEqual([]);
  await page.keyboard.type("South");
  await page.getByRole("combobox", { name: "Addresses and networks" }).fill("198.51.100.7");
  await page.getByLabel("Address of the carrier").fill("198.51.100.7:5070");
  await page.keyboard.press("Enter");
  await page.getByTestId("trunk-row").filter({ hasText: "South" }).waitFor();
  const { trunks } = await house.administrator.call(listTrunks);
  const south = trunks.find(({ name }) => name === "South");
  expect(south).toMatchObject({
    networks: ["198.51.100.7"],
    outbound: { uri: "sip:198.51.100.7:5070", transport: "udp", username: null },
  });

  await visit("/admin/servers", looks[0], page);
  const server = page.getByTestId("media-server");
  await server.getByRole("button", { name: /^Drain/ }).click();
  await page.getByLabel("Refuse all new calls").waitFor();
  expect(await page.getByTestId("confirm-drain").isDisabled()).toBe(true);
  await page.getByLabel("Refuse all new calls").check();
  await page.getByTestId("confirm-drain").click();
  await server.getByText("it may be stopped now").waitFor();
  await server.getByRole("button", { name: /^Take calls again/ }).click();
  await page.getByTestId("confirm-drain").click();
  await server.getByText("Takes calls.").waitFor();
});

it("no screen has logged an error to the console", () => {
  expect(browsers.flatMap(({ errors }) => errors)).toEqual([]);
});
