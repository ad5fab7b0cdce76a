/**
 * Agents, callers and desk phones behind NAT and behind a firewall that lets no UDP through, on networks of this test's
 * own (nat/network.ts), with the relay that production runs. The program itself stands behind a NAT too.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setStatus } from "../../contract/agent-desk.ts";
import { issueDeskPhone, listPeople, type Person } from "../../contract/people.ts";
import { answerDelayMs, watchCalls, wayOfSound } from "../nat/in-page.ts";
import { type Network, openNetwork, privateAddress, publicAddress, whyNoNetwork } from "../nat/network.ts";
import { type Certificates, makeCertificates, relaySecret, relayUrls, startRelay } from "../nat/relay.ts";
import { openRemoteTelephone, type RemoteTelephone } from "../nat/remote-telephone.ts";
import { hearTones } from "../rig/browser.ts";
import type { RunningProcess } from "../rig/processes.ts";
import { waitFor } from "../rig/wait-for.ts";
import { ApiClient } from "./api-client.ts";
import { type BrowserAgent, openBrowserAgent } from "./browser-agent.ts";
import { type House, memberOnly, openHouse, openRealtime, type Realtime } from "./house.ts";
import { isLive } from "./program.ts";

const reason = isLive ? "it brings its own embedded pair" : whyNoNetwork();
const [customerHz, agentHz] = [1_000, 640];
const [httpPort, sipPort] = [8080, 5060];
const origin = `http://${publicAddress.server}:${httpPort}`;
const atServer = { host: publicAddress.server, port: sipPort };

/** What has to be closed again, in the order of opening; null when all of it was. */
let opened: (() => unknown)[] | null = [];
/** Namespaces outlive the process that made them: what opens after a beforeAll that took too long is closed at once. */
function toClose(close: () => unknown): void {
  if (opened === null) close();
  else opened.push(close);
}
let network: Network;
let certificates: Certificates;
let relay: RunningProcess;
let house: House;
let agent: BrowserAgent;
let clerk: BrowserAgent;
let people: Person[];
let phone: RemoteTelephone;
let dana: { client: ApiClient; realtime: Realtime; personId: string };

async function openAgent(index: number, namespace: string): Promise<BrowserAgent> {
  const link = new URL(house.people[index]?.url ?? "");
  const browser = await openBrowserAgent(`${origin}${link.pathname}`, {
    microphoneHz: agentHz,
    namespace,
    flags: [
      `--unsafely-treat-insecure-origin-as-secure=${origin}`,
      `--ignore-certificate-errors-spki-list=${certificates.caFingerprint}`,
    ],
  });
  toClose(() => browser.close());
  await browser.page.evaluate(watchCalls);
  await browser.ready();
  return browser;
}

/** The telephone of the branch belongs to Dana: the same telephone calls in, and is called as her desk phone. */
async function openBranch(): Promise<void> {
  const client = await ApiClient.byLink(house.people[3]?.url ?? "", "correct horse battery");
  const personId = client.me?.id ?? "";
  const account = await house.administrator.call(issueDeskPhone, { params: { personId } });
  const { username, password, domain } = account;
  const host = privateAddress.phone;
  const credentials = { username, password };
  phone = await openRemoteTelephone(network.namespaceOf("phone"), { number: username, host, credentials });
  toClose(() => phone.close());
  expect(await phone.tell({ do: "register", at: atServer, domain })).toBe(200);
  dana = { client, personId, realtime: await openRealtime(client) };
  toClose(() => dana.realtime.close());
}

function personOf(index: number): { personId: string } {
  const found = people.find(({ username }) => username === house.people[index]?.username);
  return { personId: found?.id ?? "" };
}

/** What the audio check says of the relay, and of each way to it. */
async function report({ page }: BrowserAgent): Promise<(string | null)[]> {
  const check = page.getByTestId("connection-check");
  await check.locator("li").first().waitFor({ timeout: 10_000 });
  const lines = await check
    .locator("li")
    .evaluateAll((items: { dataset: Record<string, string> }[]) =>
      items.map(({ dataset }) => `${dataset["way"]} ${dataset["verdict"]}`),
    );
  return [await check.getAttribute("data-report"), ...lines];
}

const alert = ({ page }: BrowserAgent, problem: string) =>
  page.locator(`[data-testid="call-problem"][data-problem="${problem}"]`).waitFor({ timeout: 15_000 });
const hasHeard = (method: string) => async () =>
  new RegExp(`<- \\S+ ${method} `).test(String(await phone.tell({ do: "trace" })));
const sound = (page: BrowserAgent["page"]) => hearTones(page, 600, [customerHz, agentHz]);
const way = ({ page }: BrowserAgent) => page.evaluate(wayOfSound);
const quality = ({ page }: BrowserAgent, path: string) =>
  page.locator(`[data-testid="call-quality"][data-path="${path}"]`).waitFor({ timeout: 10_000 });

/** The telephone behind the branch's NAT calls a queue, an agent answers, and they hear each other. */
async function talk(with_: BrowserAgent, keys: string): Promise<void> {
  await phone.tell({ do: "call", to: "1000", at: atServer });
  await phone.tell({ do: "press", keys });
  await phone.tell({ do: "play", hz: customerHz });
  await with_.answer(20_000);
  expect(await phone.tell({ do: "hear", hz: agentHz })).toEqual([agentHz]);
  expect((await sound(with_.page)).tones).toEqual([customerHz]);
}

describe.skipIf(reason !== null)(`behind NAT${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "ringdown-nat-"));
    toClose(() => rm(folder, { recursive: true, force: true }));
    certificates = makeCertificates(folder);
    network = openNetwork();
    toClose(() => {
      network.close();
    });
    network.letOut([httpPort, 3478, 5349]);
    const environment = {
      RINGDOWN_HTTP_HOST: "0.0.0.0",
      RINGDOWN_HTTP_PORT: String(httpPort),
      RINGDOWN_SIP_HOST: "0.0.0.0",
      RINGDOWN_SIP_PORT: String(sipPort),
      RINGDOWN_EXTERNAL_ADDRESS: publicAddress.server,
      RINGDOWN_TURN_URLS: relayUrls,
      RINGDOWN_TURN_SECRET: relaySecret,
    };
    const namespace = network.namespaceOf("server");
    await Promise.all([
      startRelay(network.namespaceOf("relay"), certificates).then((started) => {
        relay = started;
        toClose(() => relay.stop());
      }),
      openHouse(environment, { namespace, host: network.serverFromHere }).then((started) => {
        house = started;
        toClose(() => house.close());
      }),
    ]);
    await openBranch();
    agent = await openAgent(0, network.namespaceOf("agent"));
    clerk = await openAgent(1, network.namespaceOf("clerk"));
    ({ people } = await house.administrator.call(listPeople));
    await memberOnly(house, house.sales, [personOf(0)]);
    await memberOnly(house, house.support, [personOf(1)]);
  }, 240_000);
  afterAll(async () => {
    // Backwards, and each of them whatever becomes of the others.
    const failures: unknown[] = [];
    const all = opened ?? [];
    opened = null;
    for (const close of all.reverse())
      await Promise.resolve()
        .then(close)
        .catch((error: unknown) => failures.push(error));
    expect(failures).toEqual([]);
  });

  it("an agent behind NAT talks directly, with a caller behind another; the hang-up reaches that one", async () => {
    const { page } = agent;
    await talk(agent, "11");
    expect(await way(agent)).toMatchObject({
      localType: expect.stringMatching(/^(host|srflx|prflx)$/) as string,
      remoteAddress: publicAddress.server,
    });
    await quality(agent, "direct");
    await page.getByTestId("call-hangup").click();
    expect(await phone.tell({ do: "end" })).toBe("them");
    await agent.state("idle");
    expect(await report(agent)).toEqual(["fine", "udp reached", "tcp reached", "tls reached"]);
  });

  it("an agent whose network blocks UDP is told before the call, and talks through the relay by TCP", async () => {
    expect(await report(clerk)).toEqual(["no-udp", "udp unreachable", "tcp reached", "tls reached"]);
    await talk(clerk, "12");
    expect(await way(clerk)).toMatchObject({ localType: "relay", relayProtocol: "tcp" });
    await quality(clerk, "relay-tcp");
    expect(await phone.tell({ do: "hangUp" })).toBe("us");
    await clerk.state("idle");
  });

  it("where only the port for TLS is open the relay is used by TLS; a relay that restarts costs a gap, not the call", async () => {
    network.letOut([httpPort, 5349]);
    await talk(clerk, "12");
    expect(await way(clerk)).toMatchObject({ localType: "relay", relayProtocol: "tls" });
    await quality(clerk, "relay-tls");
    await relay.kill();
    await alert(clerk, "way-lost");
    relay = await startRelay(network.namespaceOf("relay"), certificates);
    await waitFor("the agent to hear the caller again", async () => {
      const { tones } = await sound(clerk.page);
      return tones.includes(customerHz);
    });
    expect(await phone.tell({ do: "hear", hz: agentHz })).toEqual([agentHz]);
    await phone.tell({ do: "hangUp" });
    await clerk.state("idle");
  });

  it("a desk phone behind NAT rings, is heard and hears, and the caller's hang-up reaches it", async () => {
    await memberOnly(house, house.sales, [dana]);
    await dana.client.call(setStatus, { body: { status: "ready", reasonId: null } });
    const namespace = network.namespaceOf("server");
    const carrier = await openRemoteTelephone(namespace, { number: "+15550177", host: "127.0.0.1" });
    try {
      // 30 s after its last packet the branch's router would forget the way to the phone.
      await waitFor("a word of ours that keeps the way open", hasHeard("OPTIONS"), { timeoutMs: 25_000 });
      const rings = phone.tell({ do: "answer", withinMs: 20_000 });
      rings.catch(() => undefined); // should the call fail before it is waited for
      await carrier.tell({ do: "call", to: "1000", at: { host: "127.0.0.1", port: sipPort } });
      await carrier.tell({ do: "play", hz: customerHz });
      await carrier.tell({ do: "press", keys: "11" });
      await rings;
      await phone.tell({ do: "play", hz: agentHz });
      expect(await carrier.tell({ do: "hear", hz: agentHz })).toEqual([agentHz]);
      expect(await phone.tell({ do: "hear", hz: customerHz })).toEqual([customerHz]);
      await carrier.tell({ do: "hangUp" });
      expect(await phone.tell({ do: "end" })).toBe("them");
    } finally {
      await carrier.close();
    }
  });

  it("without a relay an answer is as quick as ever, and who is blocked is told why and by what", async () => {
    await relay.stop();
    await agent.page.getByRole("button", { name: "Test connection" }).click();
    await waitFor("the test's end", async () => (await report(agent))[0] === "unreachable");
    await memberOnly(house, house.sales, []);
    await memberOnly(house, house.support, [personOf(0)]);
    await talk(agent, "12");
    const delayMs = await agent.page.evaluate(answerDelayMs);
    expect(delayMs).toBeGreaterThan(0);
    expect(delayMs).toBeLessThan(2_000);
    await phone.tell({ do: "hangUp" });
    await memberOnly(house, house.support, [personOf(1)]);
    await phone.tell({ do: "call", to: "1000", at: atServer });
    await phone.tell({ do: "press", keys: "12" });
    await clerk.answer(20_000);
    await alert(clerk, "blocked-relay-unreachable");
    const sentence = await clerk.page.getByTestId("call-problem").innerText();
    expect(sentence).toContain(`${publicAddress.relay}:5349 (TLS)`);
    await phone.tell({ do: "hangUp" });
  });
});
