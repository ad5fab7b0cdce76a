/**
 * A real browser with a microphone that plays a tone and ears that measure one: Debian's Chromium, headless, driven by
 * playwright-core.
 *
 *   const browser = await openBrowser({ microphoneHz: 440 });
 *   const page = await browser.newPage();
 *   await page.goto(url);
 *   expect((await hearTones(page, 800, [1_000])).tones).toEqual([1_000]);
 *   await browser.close();
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join as joinPath } from "node:path";
import { chromium } from "playwright-core";
import type { BrowserContext, Page } from "playwright-core";
import { leaveTonesAlone, tapRemoteAudio } from "./in-page.ts";
import { listen, makeTone, writeWav } from "./tones.ts";
import type { Hearing, Sound } from "./tones.ts";
import { within } from "./wait-for.ts";

export interface BrowserOptions {
  /** A tone into the microphone, over and over. */
  microphoneHz?: number;
  /** Any other sound instead. */
  microphone?: Sound;
  viewport?: { width: number; height: number };
  /** As the user's browser would say; also decides the app's language. */
  locale?: string;
  colorScheme?: "light" | "dark";
  /** Without the permission the page's question stays unanswered by the user: it is refused. */
  grantMicrophone?: boolean;
  /** Runs in this network namespace. */
  namespace?: string;
  /** More of Chromium's own flags. */
  flags?: readonly string[];
}

export interface TestBrowser {
  readonly context: BrowserContext;
  newPage(): Promise<Page>;
  /** Console errors and uncaught exceptions of all pages, as "page url: text". */
  readonly errors: string[];
  /** SIGKILL, as a crash or a power cut: no unload handlers, no goodbye. Its profile is removed too. */
  kill(): Promise<void>;
  /** Closes every page and the browser, removes its profile. Idempotent. */
  close(): Promise<void>;
}

/** The sizes at which screens are looked at. */
export const screenSizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** CHROMIUM_PATH, or the first chromium of the PATH. */
export function findChromium(): string {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which does not exist`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = folders.flatMap((folder) => names.map((name) => joinPath(folder, name))).find(existsSync);
  if (found === undefined) {
    throw new Error("There is no chromium in the PATH: install it, or set CHROMIUM_PATH to its program");
  }
  return found;
}

const quietFlags = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication",
  "--metrics-recording-only",
  "--no-pings",
];
const mediaFlags = [
  "--use-fake-device-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // On a machine without a network card loopback is the only way to itself.
  "--allow-loopback-in-peer-connection",
  // Host candidates as addresses, not as .local names that only multicast DNS resolves.
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

/** Features are one flag in Chromium: the last one would win. */
function mergeFeatures(flags: readonly string[]): string[] {
  const prefix = "--disable-features=";
  const off = flags.filter((flag) => flag.startsWith(prefix)).map((flag) => flag.slice(prefix.length));
  return [...flags.filter((flag) => !flag.startsWith(prefix)), prefix + off.join(",")];
}

/** Starts a browser with a profile of its own. */
export async function openBrowser(options: BrowserOptions = {}): Promise<TestBrowser> {
  const profile = await mkdtemp(joinPath(tmpdir(), "ringdown-browser-"));
  const microphone = joinPath(profile, "microphone.wav");
  const sound = options.microphone ?? makeMicrophone(options.microphoneHz ?? 440);
  await writeWav(microphone, sound);
  const grant = options.grantMicrophone ?? true;
  const context = await chromium.launchPersistentContext(joinPath(profile, "profile"), {
    executablePath: await programIn(profile, options.namespace),
    headless: true,
    // As root, as in most containers, Chromium refuses to start with its sandbox.
    chromiumSandbox: process.getuid?.() !== 0,
    args: mergeFeatures([
      ...quietFlags,
      ...mediaFlags,
      `--use-file-for-fake-audio-capture=${microphone}`,
      ...(options.flags ?? []),
      ...(grant ? ["--use-fake-ui-for-media-stream"] : ["--deny-permission-prompts"]),
    ]),
    viewport: options.viewport ?? screenSizes.desktop,
    locale: options.locale ?? "en-US",
    colorScheme: options.colorScheme ?? "light",
    permissions: grant ? ["microphone", "notifications"] : [],
    serviceWorkers: "block",
  });
  await context.addInitScript(leaveTonesAlone);
  const errors: string[] = [];
  context.on("page", (page) => watch(page, errors));
  for (const page of context.pages()) watch(page, errors);
  let closed: Promise<void> | undefined;
  const stopAndClean = async (stop: () => Promise<void>): Promise<void> => {
    try {
      await stop();
    } finally {
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  const end = (stop: () => Promise<void>): Promise<void> => (closed ??= stopAndClean(stop));
  return {
    context,
    errors,
    newPage: () => context.newPage(),
    kill: () => end(() => killBrowser(context)),
    close: () => end(() => within("the browser to close", context.close(), 15_000)),
  };
}

/** Playwright starts one program by its path: for a namespace a script that goes there first. */
async function programIn(folder: string, namespace: string | undefined): Promise<string> {
  const program = findChromium();
  if (namespace === undefined) return program;
  const path = joinPath(folder, "chromium-in-namespace");
  await writeFile(path, `#!/bin/sh\nexec ip netns exec ${namespace} ${program} "$@"\n`, { mode: 0o755 });
  return path;
}

function makeMicrophone(hz: number): Sound {
  return makeTone({ hz, durationMs: 2_000, sampleRate: 48_000, peakDb: -9 });
}

function watch(page: Page, errors: string[]): void {
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${page.url()}: ${message.text()}`);
  });
}

async function killBrowser(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession();
  const info = (await session?.send("SystemInfo.getProcessInfo")) as
    { processInfo: { type: string; id: number }[] } | undefined;
  const closed = new Promise<void>((resolve) => context.once("close", () => resolve()));
  for (const { id } of info?.processInfo ?? []) killProcess(id);
  await within("the killed browser to be gone", closed, 10_000);
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Taps what the other party says for `durationMs` and measures it. The stream is `window.__ringdownRemoteStream`, or
 * the `srcObject` of an `<audio data-remote>`; waits up to `timeoutMs` for one with an audio track.
 */
export async function hearTones(
  page: Page,
  durationMs: number,
  frequencies: readonly number[],
  timeoutMs = 10_000,
): Promise<Hearing> {
  const { sampleRate, samples } = await page.evaluate(tapRemoteAudio, { durationMs, timeoutMs });
  const bytes = Buffer.from(samples, "base64");
  const heard = Int16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2));
  return listen({ sampleRate, samples: heard }, frequencies);
}

/**
 * Screenshots of the page at the desktop's and the telephone's width: `<folder>/<name>-1440.png`, `-390.png`. The
 * page gets its own size back.
 */
export async function takeScreenshots(page: Page, folder: string, name: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  const paths: string[] = [];
  for (const size of [screenSizes.desktop, screenSizes.phone]) {
    const path = joinPath(folder, `${name}-${size.width}.png`);
    await page.setViewportSize(size);
    await page.screenshot({ path, animations: "disabled" });
    paths.push(path);
  }
  if (before) await page.setViewportSize(before);
  return paths;
}

/** The browser has this session from now on: the `name=value` of its cookie, for the program at this address. */
export async function giveSession({ context }: TestBrowser, url: string, cookie: string): Promise<void> {
  const [name = "", ...value] = cookie.split("=");
  await context.addCookies([{ name, value: value.join("="), url, httpOnly: true, sameSite: "Lax" }]);
}
