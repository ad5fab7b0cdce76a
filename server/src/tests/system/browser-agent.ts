/** An agent in a real browser: signs in by their one-time link, as a person would, and works by clicking. */
import type { Page } from "playwright-core";
import { type BrowserOptions, openBrowser, type TestBrowser } from "../rig/browser.ts";

export interface BrowserAgent {
  browser: TestBrowser;
  page: Page;
  /** Chooses the status and waits until the desk says so. */
  ready(): Promise<void>;
  state(expected: string, timeoutMs?: number): Promise<void>;
  answer(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

const password = "correct horse battery";

export async function openBrowserAgent(link: string, options: BrowserOptions): Promise<BrowserAgent> {
  const browser = await openBrowser(options);
  const page = await browser.newPage();
  await page.goto(link);
  await page.getByTestId("welcome-password").fill(password);
  await page.getByTestId("welcome-repeat").fill(password);
  await page.getByTestId("welcome-submit").click();
  await page.getByTestId("desk-state").waitFor({ timeout: 15_000 });
  const state = async (expected: string, timeoutMs = 15_000) => {
    await page
      .locator(`[data-testid="desk-state"][data-state="${expected}"]`)
      .waitFor({ timeout: timeoutMs });
  };
  return {
    browser,
    page,
    state,
    async ready() {
      await page.locator('[data-testid="phone-state"][data-state="registered"]').waitFor({ timeout: 15_000 });
      await page.getByTestId("status-ready").click();
      await state("idle");
    },
    async answer(timeoutMs = 15_000) {
      await page.getByTestId("offer-answer").click({ timeout: timeoutMs });
      await page.getByTestId("call-card").waitFor({ timeout: 10_000 });
    },
    close: () => browser.close(),
  };
}
