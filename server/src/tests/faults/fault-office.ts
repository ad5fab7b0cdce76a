/** Several router nodes on one Redis under a steady load of callers, and what must be true of it afterwards. */
import { expect } from "vitest";
import { openLog } from "../../base/log.ts";
import { openRedis, type Redis } from "../../store/redis.ts";
import { type RedisProcess, startRedis } from "../rig/redis-process.ts";
import { waitFor } from "../rig/wait-for.ts";
import { findDifference, OfficeWitness } from "./office-witness.ts";
import { RouterNode } from "./router-node.ts";
import { openStallingProxy, type StallingProxy } from "./stalling-proxy.ts";

const queueId = "sales";
const prefix = "faults";
const agentsPerNode = 3;
const callersPerSecond = 15;
const nodeIds = ["n1", "n2", "n3"];

export class FaultOffice {
  readonly server: RedisProcess;
  readonly proxies = new Map<string, StallingProxy>();
  readonly nodes = new Map<string, RouterNode>();
  /** Processes that were killed, with all that they were told. */
  readonly killed: RouterNode[] = [];
  private readonly redis: Redis;
  private readonly entered = new Map<string, RouterNode>();
  private load: NodeJS.Timeout | undefined;

  private constructor(server: RedisProcess, redis: Redis) {
    this.server = server;
    this.redis = redis;
  }

  /** `env` of a node adds to its environment: another clock. */
  static async open(
    options: { forgetful?: boolean; env?: Record<string, Record<string, string>> } = {},
  ): Promise<FaultOffice> {
    const server = await startRedis({ isForgetful: options.forgetful ?? false });
    const redis = await openRedis(server.url, openLog("silent"));
    const office = new FaultOffice(server, redis);
    for (const nodeId of nodeIds)
      office.proxies.set(nodeId, await openStallingProxy({ host: "127.0.0.1", port: server.port }));
    await Promise.all(nodeIds.map((nodeId) => office.start(nodeId, options.env?.[nodeId])));
    await office.node("n1").setQueue(queueId);
    for (const nodeId of nodeIds) await office.staff(nodeId);
    return office;
  }

  async start(nodeId: string, env?: Record<string, string>): Promise<RouterNode> {
    const redisUrl = `redis://127.0.0.1:${this.proxy(nodeId).port}`;
    const node = await RouterNode.start(nodeId, { redisUrl, prefix }, env);
    this.nodes.set(nodeId, node);
    return node;
  }

  async staff(nodeId: string): Promise<void> {
    const agentIds = Array.from({ length: agentsPerNode }, (_, index) => `${nodeId}-agent-${index}`);
    await this.node(nodeId).setAgents(agentIds, queueId);
  }

  node(nodeId: string): RouterNode {
    const node = this.nodes.get(nodeId);
    if (!node) throw new Error(`There is no node ${nodeId}`);
    return node;
  }

  proxy(nodeId: string): StallingProxy {
    const proxy = this.proxies.get(nodeId);
    if (!proxy) throw new Error(`There is no proxy for ${nodeId}`);
    return proxy;
  }

  /** Who holds the lease, by Redis. */
  async leader(): Promise<string> {
    const holder = await waitFor("a router", () => this.redis.client.hGet(`{${prefix}}:state`, "holder"));
    return holder.slice(0, holder.indexOf("/"));
  }

  async followers(): Promise<string[]> {
    const leader = await this.leader();
    return nodeIds.filter((nodeId) => nodeId !== leader);
  }

  startLoad(): void {
    let count = 0;
    this.load = setInterval(() => {
      const up = [...this.nodes.values()].filter(({ isKilled }) => !isKilled);
      const node = up[count % up.length];
      count += 1;
      const interactionId = `c${this.entered.size + 1}`;
      if (!node) return;
      this.entered.set(interactionId, node);
      node.enter(interactionId, queueId);
    }, 1_000 / callersPerSecond);
  }

  stopLoad(): void {
    clearInterval(this.load);
  }

  async kill(nodeId: string): Promise<void> {
    const node = this.node(nodeId);
    await node.kill();
    this.killed.push(node);
  }

  /** Resolves when so many more talks began, as the node heard. */
  async answersMore(nodeId: string, talks: number, timeoutMs = 30_000): Promise<void> {
    const count = () => this.node(nodeId).notices.filter(({ notice }) => notice.type === "accepted").length;
    const before = count();
    await waitFor(`${talks} more talks`, () => count() >= before + talks, { timeoutMs });
  }

  /** The load ends, everybody is served, and the story is checked; `reference` is a node to which nothing happened. */
  async expectAllWell(reference: string, options: { mayMiss?: boolean } = {}): Promise<OfficeWitness> {
    this.stopLoad();
    const up = [...this.nodes.values()].filter(({ isKilled }) => !isKilled);
    for (const node of up)
      await waitFor(`${node.nodeId} to be at rest`, () => node.isAtRest(), {
        timeoutMs: 40_000,
        intervalMs: 200,
      });
    const all = this.node(reference);
    await waitFor("all to have heard the same", () => up.every((node) => this.hasHeardLast(all, node)));
    const witness = new OfficeWitness();
    for (const { notice } of all.notices) witness.see(notice);
    witness.finish();
    const differences = options.mayMiss
      ? []
      : [...up, ...this.killed].flatMap((node) => findDifference(all, node) ?? []);
    expect([...witness.faults, ...differences, ...up.flatMap(({ failures }) => failures)]).toEqual([]);
    expect(this.lost(witness)).toEqual([]);
    return witness;
  }

  private hasHeardLast(reference: RouterNode, node: RouterNode): boolean {
    const last = reference.notices.at(-1)?.notice;
    return JSON.stringify(last) === JSON.stringify(node.notices.at(-1)?.notice);
  }

  /** Callers of whom it is not known what became, or of whom their own node and the router think differently. */
  private lost(witness: OfficeWitness): string[] {
    const lost: string[] = [];
    for (const [interactionId, node] of this.entered) {
      const end = witness.ends.get(interactionId);
      const told = node.steps.get(interactionId);
      const isTold = told === (end === "accepted" ? "accepted" : "exit");
      if (node.isKilled ? end !== undefined || told === "coming" : end !== undefined && isTold) continue;
      lost.push(`${interactionId} of ${node.nodeId}: the router says ${end}, the node ${told}`);
    }
    return lost;
  }

  /** The longest time in which nobody heard of a new offer, from a moment on. */
  longestSilence(nodeId: string, fromMs: number): number {
    const times = this.node(nodeId).notices.flatMap(({ notice, atMs }) =>
      notice.type === "offer" && atMs > fromMs ? atMs : [],
    );
    let longest = 0;
    for (const [index, atMs] of times.entries())
      longest = Math.max(longest, atMs - (times[index - 1] ?? fromMs));
    return Math.round(longest);
  }

  /** Where the board's time went on faster than time does, or stood still for long: of each, by how much. */
  jumps(nodeId: string): string[] {
    const { notices } = this.node(nodeId);
    const found: string[] = [];
    for (const [index, { notice, atMs }] of notices.entries()) {
      const before = notices[index - 1];
      if (!before) continue;
      const byMs = notice.at - before.notice.at - (atMs - before.atMs);
      if (Math.abs(byMs) > 30_000) found.push(`${notice.type}: ${Math.round(byMs)} ms`);
    }
    return found;
  }

  async close(): Promise<void> {
    this.stopLoad();
    for (const node of [...this.nodes.values(), ...this.killed]) await node.close();
    for (const proxy of this.proxies.values()) await proxy.close();
    await this.redis.close();
    await this.server.close();
  }
}
