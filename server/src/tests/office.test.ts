import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as agentDesk from "../contract/agent-desk.ts";
import * as people from "../contract/people.ts";
import * as queues from "../contract/queues.ts";
import { plainMembership } from "../contract/queues.ts";
import * as telephony from "../contract/telephony.ts";
import * as trunks from "../contract/trunks.ts";
import { encodeWav } from "../base/wav.ts";
import type { Change } from "../admin/admin.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";
import { ApiClient } from "./system/api-client.ts";

let office: OfficeRig;
beforeAll(async () => {
  office = await startOffice({
    demo: true,
    rateLimits: { anonymousPerAddress: 10_000, sensitivePerAddress: 1_000 },
  });
});
afterAll(() => office.close());

async function auditOf(subject: string): Promise<string[]> {
  const { entries } = await office.administrator.call(people.listAudit, { query: { limit: 200 } });
  return entries.filter((entry) => entry.subject === subject).map((entry) => entry.action);
}

describe("sign-in", () => {
  it("sets an httpOnly cookie of SameSite=Lax and answers who it is", async () => {
    const ann = await office.signUp("sign.ann", "agent");
    const response = await new ApiClient(office.origin).raw(people.signIn, {
      body: { username: "Sign.Ann ", password: "correct horse" },
    });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^ringdown_session=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/,
    );
    expect(await ann.call(people.whoAmI)).toMatchObject({ username: "sign.ann", role: "agent" });
  });

  it("refuses a wrong password and an unknown person alike", async () => {
    const client = new ApiClient(office.origin);
    const wrong = client.call(people.signIn, { body: { username: "root", password: "wrong" } });
    const unknown = client.call(people.signIn, { body: { username: "nobody", password: "wrong" } });
    const sentences = await Promise.all(
      [wrong, unknown].map((each) => each.catch((error: Error) => error.message)),
    );
    expect(sentences[0]).toBe("401 unauthenticated: The username or the password is wrong");
    expect(sentences[1]).toBe(sentences[0]);
  });

  it("stops guessing after ten wrong passwords for one username, also for the right one", async () => {
    await office.signUp("guessed", "agent");
    const client = new ApiClient(office.origin);
    const attempt = (password: string) =>
      client
        .raw(people.signIn, { body: { username: "guessed", password } })
        .then((response) => response.status);
    for (let i = 0; i < 10; i += 1) expect(await attempt(`wrong ${i}`)).toBe(401);
    expect(await attempt("correct horse")).toBe(429);
  });

  it("ends the session everywhere at sign-out", async () => {
    const ann = await office.signUp("out.ann", "agent");
    await ann.call(people.signOut);
    ann.me = null;
    await expect(ann.call(people.whoAmI)).rejects.toMatchObject({ status: 401 });
  });

  it("ends the other sessions when the password changes", async () => {
    const first = await office.signUp("pw.ann", "agent");
    const second = new ApiClient(office.origin);
    await second.signIn("pw.ann", "correct horse");
    await expect(
      second.call(people.changePassword, { body: { current: "wrong", next: "battery staple" } }),
    ).rejects.toMatchObject({ status: 403 });
    await second.call(people.changePassword, { body: { current: "correct horse", next: "battery staple" } });
    await expect(first.call(people.whoAmI)).rejects.toMatchObject({ status: 401 });
    expect(await second.call(people.whoAmI)).toMatchObject({ username: "pw.ann" });
  });

  it("needs the CSRF token with every change", async () => {
    const forger = new ApiClient(office.origin);
    forger.cookie = office.administrator.cookie;
    await expect(forger.call(queues.createQueue, { body: { name: "Forged" } })).rejects.toMatchObject({
      status: 403,
      code: "forbidden",
    });
  });
});

describe("one-time links", () => {
  it("work once", async () => {
    const body = { name: "Once", username: "once", role: "agent" as const };
    const { invitation } = await office.administrator.call(people.createPerson, { body });
    const token = new URL(invitation.url).pathname.split("/").at(-1) ?? "";
    const stranger = new ApiClient(office.origin);
    expect(await stranger.call(people.readInvitation, { params: { token } })).toMatchObject({
      username: "once",
    });
    await ApiClient.byLink(invitation.url, "correct horse");
    await expect(ApiClient.byLink(invitation.url, "another one")).rejects.toMatchObject({ status: 410 });
    await expect(
      stranger.call(people.readInvitation, { params: { token: "x".repeat(43) } }),
    ).rejects.toMatchObject({
      status: 404,
    });
  });

  it("replace the earlier one, and end the sessions when the password is reset", async () => {
    const ann = await office.signUp("reset.ann", "agent");
    const params = { personId: ann.me?.id ?? "" };
    const first = await office.administrator.call(people.invitePerson, { params });
    const second = await office.administrator.call(people.invitePerson, { params });
    await expect(ApiClient.byLink(first.url, "correct horse")).rejects.toMatchObject({ status: 404 });
    await ApiClient.byLink(second.url, "battery staple");
    await expect(ann.call(people.whoAmI)).rejects.toMatchObject({ status: 401 });
  });

  it("make no second first administrator", async () => {
    expect(await office.admin.ensureFirstAdministratorLink(office.origin)).toBeNull();
  });
});

describe("people", () => {
  it("act by their role and no further", async () => {
    const agent = await office.signUp("role.agent", "agent");
    const supervisor = await office.signUp("role.supervisor", "supervisor");
    await expect(agent.call(people.listPeople)).rejects.toMatchObject({ status: 403 });
    expect((await supervisor.call(people.listPeople)).people.length).toBeGreaterThan(2);
    await expect(supervisor.call(people.listAudit)).rejects.toMatchObject({ status: 403 });
  });

  it("lose their sessions at once when deactivated, and are told to the rest of the program", async () => {
    const ann = await office.signUp("gone.ann", "agent");
    const personId = ann.me?.id ?? "";
    const heard: Change[] = [];
    const stop = office.admin.changes.on((change) => heard.push(change));
    await office.administrator.call(people.updatePerson, { params: { personId }, body: { active: false } });
    stop();
    await expect(ann.call(people.whoAmI)).rejects.toMatchObject({ status: 401 });
    expect(heard.map((change) => change.what)).toEqual(["session-ended", "people"]);
    expect(office.admin.people.isStillAllowed(personId)).toBe(false);
    expect(await auditOf(`person:${personId}`)).toContain("person.deactivated");
  });

  it("keep one administrator", async () => {
    const params = { personId: office.administrator.me?.id ?? "" };
    await expect(
      office.administrator.call(people.updatePerson, { params, body: { role: "agent" } }),
    ).rejects.toMatchObject({ status: 409 });
  });

  it("have usernames of their own", async () => {
    const body = { name: "Root again", username: "root", role: "agent" as const };
    await expect(office.administrator.call(people.createPerson, { body })).rejects.toMatchObject({
      status: 409,
      message: "409 conflict: The username root is taken",
    });
  });

  it("get a desk phone whose secret is shown once and stored only as digest hashes", async () => {
    const ann = await office.signUp("desk.ann", "agent");
    const params = { personId: ann.me?.id ?? "" };
    const issued = await office.administrator.call(people.issueDeskPhone, { params });
    expect(issued).toEqual({
      username: "desk-desk.ann",
      password: expect.stringMatching(/^[A-Za-z0-9]{20}$/) as string,
      domain: "ringdown.test",
    });
    const account = await office.admin.phones.find(issued.username);
    expect(account).toEqual({
      personId: params.personId,
      secret: {
        ha1Md5: expect.stringMatching(/^[0-9a-f]{32}$/),
        ha1Sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    await office.administrator.call(people.revokeDeskPhone, { params });
    expect(await office.admin.phones.find(issued.username)).toBeUndefined();
  });
});

describe("queues", () => {
  it("are in the directory when the change is told", async () => {
    const told: (string | undefined)[] = [];
    const stop = office.admin.changes.on((change) => {
      if (change.what === "queues") told.push(office.admin.directory.queue(change.queueId)?.name);
    });
    const queue = await office.administrator.call(queues.createQueue, {
      body: { name: "Billing", settings: { ringTimeoutMs: 5_000 } },
    });
    await office.administrator.call(queues.updateQueue, {
      params: { queueId: queue.id },
      body: { name: "Invoices", settings: { wrapUpMs: 0 } },
    });
    stop();
    expect(told).toEqual(["Billing", "Invoices"]);
    expect(office.admin.directory.queue(queue.id)?.settings).toMatchObject({
      ringTimeoutMs: 5_000,
      wrapUpMs: 0,
    });
  });

  it("have members, who may be told apart by person", async () => {
    const ann = await office.signUp("member.ann", "agent");
    const personId = ann.me?.id ?? "";
    const { queues: all } = await ann.call(queues.listQueues);
    const sales = all.find((queue) => queue.name === "Sales");
    const params = { queueId: sales?.id ?? "" };
    const members = [...(sales?.members ?? []), { personId, priority: 3 }];
    await office.administrator.call(queues.setQueueMembers, { params, body: { members } });
    expect(office.admin.directory.membershipsOf(personId)).toEqual([
      { queueId: params.queueId, ...plainMembership, priority: 3 },
    ]);
    await expect(
      office.administrator.call(queues.setQueueMembers, {
        params,
        body: { members: [{ personId: crypto.randomUUID(), priority: 0 }] },
      }),
    ).rejects.toMatchObject({ status: 400 });
  });

  it("cannot be removed while a flow leads to them; the answer names the flow", async () => {
    const { queues: all } = await office.administrator.call(queues.listQueues);
    const params = { queueId: all.find((queue) => queue.name === "Sales")?.id ?? "" };
    await expect(office.administrator.call(queues.deleteQueue, { params })).rejects.toMatchObject({
      status: 409,
      message: "409 conflict: The queue Sales is used by the flow Demo",
    });
  });

  it("leave their name to history when removed", async () => {
    const { id } = await office.administrator.call(queues.createQueue, { body: { name: "Short-lived" } });
    await office.administrator.call(queues.deleteQueue, { params: { queueId: id } });
    const { queues: names } = await office.administrator.call(agentDesk.listLabels);
    expect(names).toContainEqual({ id, name: "Short-lived" });
    expect(office.admin.directory.queue(id)).toBeNull();
    await office.administrator.call(queues.createQueue, { body: { name: "Short-lived" } });
  });
});

describe("flows and numbers", () => {
  it("run what was published, refuse an outdated save, and roll back", async () => {
    const { flows } = await office.administrator.call(telephony.listFlows);
    const demo = flows.find((flow) => flow.name === "Demo");
    const params = { flowId: demo?.id ?? "" };
    const read = await office.administrator.call(telephony.readFlow, { params });
    expect(read.problems).toEqual([]);
    const flow = { ...read.flow, language: "zh" as const };
    const saved = await office.administrator.call(telephony.saveFlow, { params, body: { basedOn: 1, flow } });
    expect(saved.version).toBe(2);
    await expect(
      office.administrator.call(telephony.saveFlow, { params, body: { basedOn: 1, flow } }),
    ).rejects.toMatchObject({ status: 409 });
    expect(office.admin.directory.publishedFlow(params.flowId)?.version).toBe(1);
    await office.administrator.call(telephony.publishFlow, { params, body: { version: 2 } });
    expect(office.admin.directory.publishedFlow(params.flowId)?.flow.language).toBe("zh");
    await office.administrator.call(telephony.publishFlow, { params, body: { version: 1 } });
    expect(office.admin.directory.publishedFlow(params.flowId)?.version).toBe(1);
  });

  it("refuse to publish a flow with problems", async () => {
    const flow = { version: 1 as const, start: "nowhere", nodes: {} };
    const created = await office.administrator.call(telephony.createFlow, { body: { name: "Broken", flow } });
    expect(created.problems.length).toBeGreaterThan(0);
    const params = { flowId: created.id };
    await expect(
      office.administrator.call(telephony.publishFlow, { params, body: { version: 1 } }),
    ).rejects.toMatchObject({ status: 409 });
    await office.administrator.call(telephony.deleteFlow, { params });
  });

  it("go together: a number needs a flow, and a flow that a number uses stays", async () => {
    const flowId = office.admin.directory.number("1000")?.flowId ?? "";
    const body = { number: "+15550199", flowId, openToWeb: true };
    const number = await office.administrator.call(telephony.createNumber, { body });
    expect(office.admin.directory.number("+15550199")).toMatchObject({ openToWeb: true, flowId });
    await expect(office.administrator.call(telephony.createNumber, { body })).rejects.toMatchObject({
      status: 409,
    });
    await expect(
      office.administrator.call(telephony.createNumber, {
        body: { ...body, number: "77", flowId: crypto.randomUUID() },
      }),
    ).rejects.toMatchObject({ status: 400 });
    await expect(
      office.administrator.call(telephony.deleteFlow, { params: { flowId } }),
    ).rejects.toMatchObject({
      message: "409 conflict: The flow Demo is used by the number +15550100, +15550199, 1000",
    });
    await office.administrator.call(telephony.deleteNumber, { params: { numberId: number.id } });
    expect(office.admin.directory.number("+15550199")).toBeNull();
  });
});

describe("trunks", () => {
  it("keep digest hashes instead of the password", async () => {
    const trunk = await office.administrator.call(trunks.createTrunk, {
      body: { name: "Carrier", username: "carrier", password: "a long password", networks: ["192.0.2.0/24"] },
    });
    expect(trunk).toMatchObject({ hasPassword: true, networks: ["192.0.2.0/24"] });
    const peer = office.admin.trunks.list().find((each) => each.id === trunk.id);
    // H(carrier:ringdown.test:a long password), computed with md5sum
    expect(peer?.secret?.ha1Md5).toMatch(/^[0-9a-f]{32}$/);
    const stored = await office.database.postgres.query("select trunk::text as row from trunk");
    expect(JSON.stringify(stored)).not.toContain("a long password");
    expect(JSON.stringify(await office.administrator.call(people.listAudit))).not.toContain(
      "a long password",
    );
    await expect(
      office.administrator.call(trunks.updateTrunk, {
        params: { trunkId: trunk.id },
        body: { username: "other" },
      }),
    ).rejects.toMatchObject({ status: 400 });
    await office.administrator.call(trunks.updateTrunk, {
      params: { trunkId: trunk.id },
      body: { enabled: false },
    });
    expect(office.admin.trunks.list().find((each) => each.id === trunk.id)).toMatchObject({
      enabled: false,
      secret: peer?.secret,
    });
    await office.administrator.call(trunks.deleteTrunk, { params: { trunkId: trunk.id } });
    expect(office.admin.trunks.list().some((each) => each.id === trunk.id)).toBe(false);
  });
});

describe("prompts", () => {
  const upload = (body: Buffer, type = "audio/wav", name = "Welcome") =>
    fetch(`${office.origin}/api/prompts?name=${name}&language=en`, {
      method: "POST",
      headers: {
        "content-type": type,
        cookie: office.administrator.cookie,
        "x-csrf-token": office.administrator.me?.csrfToken ?? "",
      },
      body: new Uint8Array(body),
    });

  it("are uploaded, heard with ranges, and removed", async () => {
    const response = await upload(Buffer.from(encodeWav(new Int16Array(8_000), 8_000, 1)));
    const record = (await response.json()) as telephony.PromptRecord;
    expect(record).toMatchObject({ name: "Welcome", durationMs: 1_000 });
    const url = `${office.origin}/api/prompts/${record.id}/audio`;
    const part = await fetch(url, { headers: { cookie: office.administrator.cookie, range: "bytes=0-3" } });
    expect([part.status, await part.text(), part.headers.get("content-type")]).toEqual([
      206,
      "RIFF",
      "audio/wav",
    ]);
    const beyond = await fetch(url, {
      headers: { cookie: office.administrator.cookie, range: "bytes=999999999-" },
    });
    expect(beyond.status).toBe(416);
    expect(await beyond.json()).toMatchObject({ error: { code: "bad-request" } });
    await office.administrator.call(telephony.deletePrompt, { params: { promptId: record.id } });
    expect((await fetch(url, { headers: { cookie: office.administrator.cookie } })).status).toBe(404);
  });

  it("are refused when they are no WAV, of another type, or too large", async () => {
    expect((await upload(Buffer.from("no sound"))).status).toBe(415);
    expect((await upload(Buffer.alloc(100), "text/plain")).status).toBe(415);
    expect((await upload(Buffer.alloc(12 * 1024 * 1024))).status).toBe(413);
  });
});

describe("labels", () => {
  it("retire: history keeps the name, the desk does not offer it", async () => {
    const created = await office.administrator.call(agentDesk.createDisposition, { body: { label: "Spam" } });
    expect((await office.admin.labels()).dispositions).toContainEqual(
      expect.objectContaining({ label: "Spam" }),
    );
    await office.administrator.call(agentDesk.deleteDisposition, { params: { dispositionId: created.id } });
    expect((await office.admin.labels()).dispositions).not.toContainEqual(
      expect.objectContaining({ label: "Spam" }),
    );
    const { dispositions } = await office.administrator.call(agentDesk.listLabels);
    expect(dispositions).toContainEqual({ id: created.id, label: "Spam", retired: true });
  });
});

describe("the edge", () => {
  const raw = (path: string, init: RequestInit = {}) =>
    fetch(`${office.origin}${path}`, {
      ...init,
      headers: {
        cookie: office.administrator.cookie,
        "x-csrf-token": office.administrator.me?.csrfToken ?? "",
        ...(init.headers as Record<string, string> | undefined),
      },
    });
  const json = { "content-type": "application/json" };

  it("answers malformed JSON, wrong types, huge bodies and unknown paths with the right 4xx", async () => {
    expect((await raw("/api/queues", { method: "POST", headers: json, body: "{no" })).status).toBe(400);
    expect((await raw("/api/queues", { method: "POST", headers: json, body: "[]" })).status).toBe(400);
    expect(
      (await raw("/api/queues", { method: "POST", headers: json, body: `"${"x".repeat(3e6)}"` })).status,
    ).toBe(413);
    expect(
      (await raw("/api/queues", { method: "POST", headers: { "content-type": "text/xml" }, body: "<a/>" }))
        .status,
    ).toBe(415);
    expect((await raw("/api/nothing")).status).toBe(404);
    expect((await raw("/api/queues/%E0%A4%A", { method: "DELETE" })).status).toBe(400);
    expect(
      (await raw("/api/queues", { method: "POST", headers: json, body: '{"name":"a\\u0000b"}' })).status,
    ).toBe(400);
    const answer = await raw("/api/people", {
      method: "POST",
      headers: json,
      body: '{"name":1,"extra":true}',
    });
    expect(await answer.json()).toMatchObject({
      error: { code: "bad-request", fields: expect.any(Array) as unknown },
    });
  });

  it("knows forged cookies for what they are", async () => {
    for (const cookie of [
      "ringdown_session=",
      "ringdown_session=%FF",
      `ringdown_session=${"A".repeat(43)}`,
      "x=y; ringdown_session=a; ringdown_session=b",
    ])
      expect((await fetch(`${office.origin}/api/session`, { headers: { cookie } })).status).toBe(401);
  });

  it("refuses changes that another site's page sends", async () => {
    const response = await raw("/api/session", {
      method: "POST",
      headers: { ...json, "sec-fetch-site": "cross-site" },
      body: "{}",
    });
    expect(response.status).toBe(403);
  });

  it("describes itself", async () => {
    const document = (await (await raw("/api/openapi.json")).json()) as {
      openapi: string;
      paths: Record<string, object>;
    };
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toContain("/api/queues/{queueId}");
    const page = await (await raw("/api/docs")).text();
    expect(page).toContain("/api/queues/{queueId}");
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  it("sends the security headers", async () => {
    const { headers } = await raw("/api/session");
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("limits what an address may ask without a session", async () => {
    const strict = await startOffice({ rateLimits: { anonymousPerAddress: 5 } });
    const statuses: number[] = [];
    for (let i = 0; i < 8; i += 1) statuses.push((await fetch(`${strict.origin}/api/session`)).status);
    await strict.close();
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(3);
    expect(statuses[0]).toBe(401);
  });

  it("survives a client that leaves in the middle of its body", async () => {
    const url = new URL(`${office.origin}/api/session`);
    const cut = httpRequest({
      host: url.hostname,
      port: url.port,
      path: url.pathname,
      method: "POST",
      headers: { ...json, "content-length": "1000" },
    });
    cut.on("error", () => undefined);
    cut.write("{");
    await new Promise((resolve) => cut.once("socket", (socket) => socket.once("connect", resolve)));
    cut.destroy();
    expect((await raw("/api/session")).status).toBe(200);
  });
});
