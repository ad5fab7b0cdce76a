import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../tests/rig/wait-for.ts";
import { startOffice, type OfficeRig } from "../tests/office-rig.ts";
import { listRoutingVersions, readRouting } from "../contract/routing.ts";
import { updateQueue } from "../contract/queues.ts";
import { configCommand } from "./config.ts";

let office: OfficeRig;
let folder: string;

beforeAll(async () => {
  office = await startOffice({ demo: true });
  folder = await mkdtemp(join(tmpdir(), "ringdown-config-"));
});
afterAll(async () => {
  await office.close();
  await rm(folder, { recursive: true, force: true });
});

async function config(...args: string[]): Promise<{ code: number; out: string; said: string }> {
  const ran = { out: "", said: "" };
  const code = await configCommand.run(args, {
    environment: { DATABASE_URL: office.database.url },
    print: (text) => (ran.out += text),
    say: (text) => (ran.said += text),
    isInteractive: false,
  });
  return { code, ...ran };
}

async function save(text: string): Promise<string> {
  const file = join(folder, "routing.yaml");
  await writeFile(file, text);
  return file;
}

const exported = async () => (await config("export")).out;

describe("ringdown config", () => {
  it("exports with comments that say who is who; what was just exported changes nothing", async () => {
    const text = await exported();
    expect(text).toContain("Exported from version 1.");
    expect(text).toMatch(/personId: [0-9a-f-]{36} # Ann Lee/);
    expect(text).not.toMatch(/ id: [0-9a-f-]{36} # /);
    const file = await save(text);
    expect(await config("plan", file)).toEqual({
      code: 0,
      out: "Against version 1: no differences\n",
      said: "",
    });
    expect(await config("apply", file)).toMatchObject({ code: 0 });
    const json = await save((await config("export", "--json")).out);
    expect(await config("plan", json)).toMatchObject({ code: 0 });
  });

  it("plans and applies: renames keep the id, new things get one, names and user names stand for ids", async () => {
    const before = office.admin.directory.queues().find(({ name }) => name === "Sales");
    const text = (await exported())
      .replace("name: Sales", "name: Orders")
      .replace("skills: []", "skills:\n  - {key: billing, name: Billing}")
      .replace("teams: []", "teams:\n  - {name: North, personIds: [ann, ben]}")
      .replace("agents: []", "agents:\n  - {personId: ann, skills: {billing: 7}}")
      .replace(
        "queues:",
        `queues:
  - name: Returns
    settings: {requirement: billing>=5, rings: [{afterMs: 5000, borrowFrom: [Support]}]}
    members: [{personId: chen}]
    teams: [{teamId: North, level: 1}]`,
      );
    const file = await save(text);
    const planned = await config("plan", file);
    expect(planned.code).toBe(2);
    expect(planned.out.split("\n")).toEqual([
      "+ skill Billing",
      "+ team North",
      "+ queue Returns",
      "~ queue Orders: name  Sales -> Orders",
      "~ agent Ann Lee: skills.billing  null -> 7",
      "Against version 1: 5 differences",
      "",
    ]);
    await expect(config("apply", file)).rejects.toMatchObject({
      message: "Nobody can be asked here: add --yes to publish",
    });
    const applied = await config("apply", file, "--yes", "--note", "From a file");
    expect(applied).toMatchObject({ code: 0, said: "Published as version 2\n" });
    await waitFor("the running server to follow", () =>
      office.admin.directory.queues().some(({ name }) => name === "Returns"),
    );
    expect(office.admin.directory.queue(before?.id ?? "")).toMatchObject({
      name: "Orders",
      members: before?.members,
    });
    const { versions } = await office.administrator.call(listRoutingVersions);
    expect(versions[0]).toMatchObject({ source: "file", note: "From a file", personName: null });
    expect(await config("plan", file)).toMatchObject({ code: 0 }); // what has no id is found by its name
  });

  it("says what is wrong with a file, and where", async () => {
    const text = await exported();
    expect(await config("plan", await save(text.replace("billing>=5", "billling>=5")))).toMatchObject({
      code: 1,
      out: expect.stringContaining("error    Returns requires billling, but there is no skill billling"),
    });
    await expect(config("plan", await save("format: [1"))).rejects.toMatchObject({
      message: expect.stringContaining("line 1"),
    });
    await expect(
      config("plan", await save(text.replace(/strategy: longest-idle/, "strategy: loudest"))),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/queues\.\d+\.settings\.strategy \(line \d+\): /),
    });
    await expect(config("plan", join(folder, "nothing.yaml"))).rejects.toMatchObject({ code: "bad-request" });
    await expect(config("destroy")).rejects.toMatchObject({ code: "bad-request" });
  });

  it("exports earlier versions, which can be applied again", async () => {
    const file = await save((await config("export", "--version", "1")).out);
    const { version, document } = await office.administrator.call(readRouting);
    const id = document.queues.find(({ name }) => name === "Orders")?.id ?? "";
    await office.administrator.call(updateQueue, { params: { queueId: id }, body: { name: "Purchases" } });
    const planned = await config("plan", file);
    expect(planned.out).toContain("~ queue Sales: name  Purchases -> Sales");
    expect(planned.out).toContain("- queue Returns");
    expect(planned.out).toContain(`Against version ${version + 1}:`);
    await expect(config("export", "--version", "99")).rejects.toMatchObject({ code: "not-found" });
  });
});
