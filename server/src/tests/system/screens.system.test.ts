/** Every screen, light and dark, in both languages, wide and narrow: accessible by WCAG AA, nothing cut off, no errors. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listFlows } from "../../contract/telephony.ts";
import { openBrowser, screenSizes, type TestBrowser } from "../rig/browser.ts";
import { openTelephone } from "../rig/telephone.ts";
import { waitForValue } from "../rig/wait-for.ts";
import { hasEnded, type House, openHouse } from "./house.ts";

const looks = [
  { language: "en", colorScheme: "light" },
  { language: "zh", colorScheme: "dark" },
] as const;

let house: House;
let browser: TestBrowser;
let page: Page;
let interactionId: string;
let flowId: string;

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
  browser = await openBrowser();
  const [name, ...value] = house.administrator.cookie.split("=");
  await browser.context.addCookies([
    { name: name ?? "", value: value.join("="), url: house.program.http, httpOnly: true, sameSite: "Lax" },
  ]);
  page = await browser.newPage();
});
afterAll(async () => {
  await browser.close();
  await house.close();
});

const staffScreens = [
  ["the desk", () => "/desk"],
  ["live queues", () => "/live"],
  ["interactions", () => "/interactions"],
  ["an interaction", () => `/interactions/${interactionId}`],
  ["reports", () => "/reports"],
  ["people", () => "/admin/people"],
  ["queues", () => "/admin/queues"],
  ["a queue", () => `/admin/queues/${house.sales.id}`],
  ["numbers", () => "/admin/numbers"],
  ["flows", () => "/admin/flows"],
  ["a flow", () => `/admin/flows/${flowId}`],
  ["prompts", () => "/admin/prompts"],
  ["trunks", () => "/admin/trunks"],
  ["labels", () => "/admin/labels"],
  ["audit", () => "/admin/audit"],
  ["the caller's page", () => "/call/1000"],
] as const;

async function visit(path: string, look: (typeof looks)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: "reduce" });
  await page.evaluate(`localStorage.setItem("ringdown.language", "${look.language}")`);
  await page.goto(`${house.program.http}${path}`);
  await page.getByRole("heading").first().waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
}

/** Serious problems by rule, with the first element of each. */
async function problemsOf(): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
    .analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ""} ${nodes[0]?.failureSummary ?? ""}`,
  );
}

/** The page may scroll down, but not sideways, once it has settled. */
async function fitsTheScreen(): Promise<void> {
  await waitForValue(
    "the page to fit the screen",
    () => page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth"),
    (pixels) => pixels <= 0,
    { timeoutMs: 3_000 },
  );
}

describe.each(looks)("in $language, $colorScheme", (look) => {
  beforeAll(async () => {
    await page.goto(house.program.http);
  });

  it.each(staffScreens)("%s has no problem of accessibility and fits a telephone", async (_name, path) => {
    await page.setViewportSize(screenSizes.desktop);
    await visit(path(), look);
    expect(await problemsOf()).toEqual([]);
    await page.setViewportSize(screenSizes.phone);
    await fitsTheScreen();
    await page.setViewportSize(screenSizes.desktop);
  });
});

it("no screen has logged an error to the console", () => {
  expect(browser.errors).toEqual([]);
});
