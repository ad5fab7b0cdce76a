/** A backup beside a running call, the loss of everything, and the restore: what was there is there again. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, onTestFailed } from "vitest";
import { readInteraction } from "../../contract/interactions.ts";
import { listQueues, updateQueue } from "../../contract/queues.ts";
import { openTelephone } from "../rig/telephone.ts";
import { waitFor } from "../rig/wait-for.ts";
import { ApiClient } from "./api-client.ts";
import { entries, hasEnded, openHouse } from "./house.ts";
import { startProgram } from "./program.ts";
import { answerNext, callIn, expectGapless, expectRecorded, talkAWhile } from "./voices.ts";

const cli = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function ringdown(dataDir: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], RINGDOWN_DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return { code: await new Promise<number | null>((resolve) => child.once("close", resolve)), said };
}

describe("a restored backup", () => {
  it("has the interactions, the recordings, the people and their sessions, the queues; the call of that moment is closed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ringdown-restored-"));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const archive = join(folder, "backup.tar.gz");
    const house = await openHouse();
    closing.push(() => house.program.stop({ signal: "SIGKILL" }));
    onTestFailed(() => {
      process.stderr.write(house.program.output().slice(-3_000));
    });
    const { administrator, program, sales } = house;
    const ann = await house.agentWithPhone(0);
    closing.push(() => ann.leave());
    await ann.ready();
    const phone = await openTelephone({ number: "+15550191" });
    closing.push(() => phone.close());

    const first = await callIn(house, phone);
    await talkAWhile(first, await answerNext(ann));
    await first.hangUp();
    const recorded = await house.interaction("was answered", hasEnded);
    await administrator.call(updateQueue, { params: { queueId: sales.id }, body: { name: "Orders" } });
    const second = await callIn(house, phone);
    await talkAWhile(second, await answerNext(ann));
    const running = await house.interaction("goes on", (ledger) => !hasEnded(ledger));
    await waitFor("the recording to be in the database", async () => {
      const { ledger } = await administrator.call(readInteraction, { params: { interactionId: running.id } });
      return entries(ledger, "recording.started").length > 0;
    });

    const made = await ringdown(program.dataDir, "backup", archive);
    expect(made).toMatchObject({ code: 0, said: expect.stringMatching(/rows, \d+ files/) as string });
    expect(await ringdown(program.dataDir, "backup", "--verify", archive)).toMatchObject({ code: 0 });
    const { queues } = await administrator.call(listQueues);
    expect((await ringdown(program.dataDir, "restore", archive)).said).toContain("in use by process");
    await program.stop({ signal: "SIGKILL" }); // and its data directory is gone

    const dataDir = await mkdtemp(join(tmpdir(), "ringdown-fresh-"));
    closing.push(() => rm(dataDir, { recursive: true, force: true }));
    const restored = await ringdown(dataDir, "restore", archive);
    expect(restored).toMatchObject({
      code: 0,
      said: expect.stringContaining("Restored the backup of") as string,
    });
    expect(await readdir(dataDir)).not.toContain("owner.pid");
    const next = await startProgram({
      dataDir,
      environment: { RINGDOWN_HTTP_PORT: new URL(program.http).port },
    });
    closing.push(() => next.stop());

    expect((await administrator.call(listQueues)).queues).toEqual(queues); // the same session, the same ids
    await new ApiClient(next.http).signIn("boss", "correct horse battery");
    const params = { interactionId: recorded.id };
    const found = await administrator.call(readInteraction, { params });
    expect(found.ledger).toEqual(recorded.ledger);
    await expectRecorded(house, found);
    const cut = await administrator.call(readInteraction, { params: { interactionId: running.id } });
    expectGapless(cut.ledger);
    expect(entries(cut.ledger, "interaction.ended")).toMatchObject([{ by: "system", cause: "restart" }]);
    await expectRecorded(house, cut, { toleranceMs: 6_000 });
    expect(next.output()).not.toMatch(/A bug:|"level":50/);
  });
});
