/**
 * The routing as an administrator changes it in the browser: into the draft, past a mistake that is explained, through
 * review and publication, back by a version, and what last week would have been like.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRouting } from "../../contract/routing.ts";
import { giveSession, openBrowser, type TestBrowser } from "../rig/browser.ts";
import { openTelephone } from "../rig/telephone.ts";
import { waitFor, waitForValue } from "../rig/wait-for.ts";
import { hasEnded, type House, openHouse } from "./house.ts";

let house: House;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  house = await openHouse();
  browser = await openBrowser();
  await giveSession(browser, house.program.http, house.administrator.cookie);
  page = await browser.newPage();
});
afterAll(async () => {
  await browser.close();
  await house.close();
});

const open = (path: string) => page.goto(`${house.program.http}${path}`);
const draftBar = () => page.getByTestId("draft-bar");
const kept = () => page.getByTestId("draft-kept").waitFor();
const routing = () => house.administrator.call(readRouting);

/** Sales as it is published. */
async function publishedSales() {
  const { document } = await routing();
  const sales = document.queues.find(({ id }) => id === house.sales.id);
  if (sales === undefined) throw new Error("There is no queue Sales");
  return sales;
}

async function confirm(action: string): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: action, exact: true }).click();
}

describe("an administrator at the screens", () => {
  it("makes a skill, and says by keyboard who has it", async () => {
    await open("/admin/skills");
    await page.getByTestId("skill-add").click();
    await page.getByLabel("Name", { exact: true }).fill("Billing");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByLabel("Ann Lee: billing").fill("7");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.type("3");
    await kept();
    await waitForValue(
      "both proficiencies to be in the draft",
      async () => (await routing()).draft?.document.agents.map(({ skills }) => skills["billing"]).toSorted(),
      (levels) => levels?.join() === "3,7",
    );
  });

  it("is told at the field what is wrong with a requirement, and mends it; a reload keeps the draft", async () => {
    await open(`/admin/queues/${house.sales.id}`);
    await page.getByTestId("requirement").fill("billing>=5 and");
    await page.getByText("At character 15").waitFor();
    await draftBar().getByText("1 error").waitFor();
    await page.getByTestId("draft-review").click();
    expect(await page.getByTestId("publish").isDisabled()).toBe(true);
    await page.getByTestId("problems").getByRole("link").first().click();
    await waitForValue(
      "the way from the problem to its field",
      () => page.evaluate("document.activeElement?.dataset.testid"),
      (id) => id === "requirement",
    );
    await page.getByTestId("requirement").fill("billing>=5");
    await page.getByTestId("suitable").getByText("1 of 5").waitFor();
    await page.getByTestId("queue-name").fill("Sales and orders");
    await page.getByTestId("queue-ring-timeout").fill("15 s");
    await page.getByTestId("queue-ring-timeout").blur();
    await kept();
    await page.reload();
    await draftBar().waitFor();
    expect(await page.getByTestId("queue-name").inputValue()).toBe("Sales and orders");
    expect(await draftBar().getByText("error").count()).toBe(0);
    await expect(publishedSales()).resolves.toMatchObject({ name: "Sales" });
  });

  it("reads the changes in words, publishes them, and rolls them back", async () => {
    await page.getByTestId("draft-review").click();
    const differences = page.getByTestId("differences");
    await differences.getByText("renamed, was Sales").waitFor();
    expect(await differences.innerText()).toMatch(/Ring time\s+20 s\s*→\s*15 s/);
    await page.getByTestId("publish-note").fill("Billing first");
    await page.getByTestId("publish").click();
    await page.getByTestId("version-row").first().getByText("Billing first").waitFor();
    const sales = await publishedSales();
    expect(sales).toMatchObject({
      name: "Sales and orders",
      settings: { requirement: "billing>=5", ringTimeoutMs: 15_000 },
    });

    const { version } = await routing();
    await open(`/admin/versions/${version - 1}`);
    await page.getByTestId("roll-back").click();
    await confirm("Roll back");
    await page.getByTestId("version-row").first().getByText("roll back").waitFor();
    await expect(publishedSales()).resolves.toMatchObject({ name: "Sales", settings: { requirement: null } });
  });

  it("sees what a past day would have been with the draft", async () => {
    const caller = await openTelephone({ number: "+15550177" });
    const call = await caller.call({ to: "1000", at: house.program.sipUdp });
    await call.answered();
    await call.press("11");
    await house.interaction("waits", (ledger) => ledger.some(({ event }) => event.type === "queue.entered"));
    await caller.close();
    await house.interaction("has ended", hasEnded);

    await open(`/admin/queues/${house.sales.id}`);
    await page.getByTestId("queue-strategy").selectOption("round-robin");
    await kept();
    await page.getByRole("link", { name: "What if?" }).click();
    const today = await page.evaluate<string>("new Date().toLocaleDateString('sv-SE')");
    await page.getByLabel("From day").fill(today);
    await page.getByLabel("To day").fill(today);
    await page.getByTestId("simulate-start").click();
    const results = page.getByTestId("simulation-results");
    await results.getByText(/^1 call from/).waitFor({ timeout: 20_000 });
    expect(await results.getByRole("row").count()).toBeGreaterThan(5);
  });

  it("throws the draft away, and has it back", async () => {
    await draftBar().getByRole("button", { name: "Discard" }).click();
    await confirm("Discard");
    await draftBar().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await draftBar().waitFor();
    await waitFor("the draft to be back", async () => (await routing()).draft);
  });

  it("has seen no error in the console", () => {
    expect(browser.errors).toEqual([]);
  });
});
