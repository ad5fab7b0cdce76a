/** What an administrator changes takes effect for the next call: a prompt, a flow and its versions, a number, a trunk. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Flow } from "../../contract/flow.ts";
import {
  createFlow,
  createNumber,
  deleteFlow,
  deletePrompt,
  publishFlow,
  saveFlow,
  uploadPrompt,
} from "../../contract/telephony.ts";
import { createTrunk, listTrunks, updateTrunk } from "../../contract/trunks.ts";
import { encodeWav } from "../../base/wav.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { makeTone } from "../rig/tones.ts";
import { waitFor } from "../rig/wait-for.ts";
import { ApiError } from "./api-client.ts";
import { type House, openHouse } from "./house.ts";

let house: House;
let caller: Telephone;

beforeAll(async () => {
  house = await openHouse();
  caller = await openTelephone({ number: "+15550177" });
});
afterAll(async () => {
  await caller.close();
  await house.close();
});

/** A flow that says one prompt over and over. */
const says = (upload: string): Flow => ({
  version: 1,
  language: "en",
  start: "say",
  nodes: {
    say: {
      kind: "play",
      prompts: Array.from({ length: 10 }, () => ({ upload })),
      interruptible: false,
      next: "end",
    },
    end: { kind: "hangup", prompts: [] },
  },
});

async function uploadTone(name: string, hz: number): Promise<string> {
  const tone = makeTone({ hz, durationMs: 1_000 });
  const { administrator } = house;
  const response = await fetch(`${administrator.origin}${uploadPrompt.path}?name=${name}&language=en`, {
    method: "POST",
    headers: {
      "content-type": "audio/wav",
      origin: administrator.origin,
      cookie: administrator.cookie,
      "x-csrf-token": administrator.me?.csrfToken ?? "",
    },
    body: encodeWav(tone.samples, tone.sampleRate, 1),
  });
  const body = (await response.json()) as { id: string };
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body.id;
}

async function hearNumber(number: string, hz: number): Promise<void> {
  const call = await caller.call({ to: number, at: house.program.sipUdp });
  await call.answered();
  await call.waitToHear(hz);
  await call.hangUp();
}
const refusal = (error: unknown) => (error instanceof ApiError ? error.code : String(error));

describe("an administrator", () => {
  it("uploads a prompt, publishes a flow with it on a new number, changes it, and rolls back", async () => {
    const { administrator } = house;
    const [low, high] = [await uploadTone("low", 500), await uploadTone("high", 1_300)];
    const made = await administrator.call(createFlow, { body: { name: "Tones", flow: says(low) } });
    const flowId = made.id;
    await administrator.call(createNumber, { body: { number: "2000", flowId } });
    const early = await caller.call({ to: "2000", at: house.program.sipUdp });
    await waitFor("the unpublished flow to be refused", () => early.end);
    expect(early.end).toMatchObject({ by: "refused", status: 480 });

    await administrator.call(publishFlow, { params: { flowId }, body: { version: 1 } });
    await hearNumber("2000", 500);
    await administrator.call(saveFlow, { params: { flowId }, body: { basedOn: 1, flow: says(high) } });
    await hearNumber("2000", 500); // saved is not published
    await administrator.call(publishFlow, { params: { flowId }, body: { version: 2 } });
    await hearNumber("2000", 1_300);
    await administrator.call(publishFlow, { params: { flowId }, body: { version: 1 } });
    await hearNumber("2000", 500);

    const inUse = administrator.call(deletePrompt, { params: { promptId: low } });
    await expect(inUse.catch(refusal)).resolves.toBe("conflict");
    await expect(administrator.call(deleteFlow, { params: { flowId } }).catch(refusal)).resolves.toBe(
      "conflict",
    );
  });

  it("can't publish a flow that leads nowhere, and hears where", async () => {
    const { administrator } = house;
    const flow: Flow = {
      version: 1,
      language: "en",
      start: "menu",
      nodes: {
        menu: {
          kind: "menu",
          prompts: [{ prompt: "main-menu" }],
          options: [{ digit: "1", next: "nowhere" }],
          invalidPrompts: [],
          timeoutPrompts: [],
          retries: 1,
          digitTimeoutMs: 3_000,
          onFailure: "end",
        },
        end: { kind: "hangup", prompts: [] },
      },
    };
    const made = await administrator.call(createFlow, { body: { name: "Broken", flow } });
    expect(made.problems.map(({ path }) => path).join(" ")).toContain("nodes.menu.options");
    const publishing = administrator.call(publishFlow, { params: { flowId: made.id }, body: { version: 1 } });
    await expect(publishing.catch(refusal)).resolves.toMatch(/bad-request|conflict/);
  });

  it("replaces a trunk by address with one by digest, for the next call", async () => {
    const { administrator } = house;
    const { trunks } = await administrator.call(listTrunks);
    const trunkId = trunks[0]?.id ?? "";
    await administrator.call(createTrunk, {
      body: { name: "Carrier", username: "carrier", password: "a long trunk secret" },
    });
    await administrator.call(updateTrunk, { params: { trunkId }, body: { enabled: false } });
    const stranger = await caller.call({ to: "1000", at: house.program.sipUdp });
    await waitFor("a stranger to be refused", () => stranger.end);
    expect(stranger.end?.by).toBe("refused");
    const credentials = { username: "carrier", password: "a long trunk secret" };
    const carrier = await openTelephone({ number: "+15550179", credentials });
    try {
      const call = await carrier.call({ to: "1000", at: house.program.sipUdp });
      await call.answered();
      await call.hangUp();
    } finally {
      await carrier.close();
      await administrator.call(updateTrunk, { params: { trunkId }, body: { enabled: true } });
    }
  });
});
