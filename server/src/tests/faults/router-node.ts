/** A test's hold on one router node: a process of its own, which can be killed, paused and given another clock. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { AcdNotice } from "../../acd/acd.ts";
import { waitFor, within } from "../rig/wait-for.ts";
import type { Order, Report } from "./protocol.ts";

const program = fileURLToPath(new URL("node-main.ts", import.meta.url));
const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** A notice, and when the test heard of it (milliseconds of the test's own monotonic clock). */
export interface Heard {
  notice: AcdNotice;
  atMs: number;
}

export class RouterNode {
  readonly nodeId: string;
  readonly notices: Heard[] = [];
  /** The last step of every caller that this process looked after. */
  readonly steps = new Map<string, string>();
  readonly accepted: string[] = [];
  readonly failures: string[] = [];
  isKilled = false;
  private readonly child: ChildProcess;
  private readonly waiting: { isIt: (report: Report) => boolean; resolve: (report: Report) => void }[] = [];

  private constructor(nodeId: string, child: ChildProcess) {
    this.nodeId = nodeId;
    this.child = child;
    child.on("message", (report: Report) => {
      this.hear(report);
    });
  }

  /** Resolves once the node has joined the log. `env` adds to the environment. */
  static async start(
    nodeId: string,
    at: { redisUrl: string; prefix: string },
    env: Record<string, string> = {},
  ): Promise<RouterNode> {
    const child = fork(program, [], {
      cwd: root,
      execArgv: ["--import", "tsx"],
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const node = new RouterNode(nodeId, child);
    try {
      await node.ask({ type: "start", nodeId, ...at }, ({ type }) => type === "started");
    } catch (error) {
      await node.close();
      throw error;
    }
    return node;
  }

  private hear(report: Report): void {
    if (report.type === "notice") this.notices.push({ notice: report.notice, atMs: performance.now() });
    else if (report.type === "step") this.steps.set(report.interactionId, report.step);
    else if (report.type === "accept" && report.result === "accepted") this.accepted.push(report.offerId);
    else if (report.type === "failed") this.failures.push(`${this.nodeId}: ${report.sentence}`);
    for (const each of this.waiting.filter(({ isIt }) => isIt(report))) {
      this.waiting.splice(this.waiting.indexOf(each), 1);
      each.resolve(report);
    }
  }

  private ask(order: Order, isIt: (report: Report) => boolean, timeoutMs = 30_000): Promise<Report> {
    const answer = new Promise<Report>((resolve) => {
      this.waiting.push({ isIt, resolve });
    });
    this.send(order);
    return within(`${this.nodeId} to answer "${order.type}"`, answer, timeoutMs);
  }

  private send(order: Order): void {
    if (this.child.connected) this.child.send(order);
  }

  async setQueue(queueId: string): Promise<void> {
    await this.ask({ type: "queue", queueId }, (report) => report.type === "done" && report.what === "queue");
  }

  async setAgents(agentIds: string[], queueId: string): Promise<void> {
    const isIt = (report: Report) => report.type === "done" && report.what === "agents";
    await this.ask({ type: "agents", agentIds, queueId }, isIt);
  }

  enter(interactionId: string, queueId: string): void {
    this.steps.set(interactionId, "coming");
    this.send({ type: "enter", interactionId, queueId });
  }

  async look(): Promise<Extract<Report, { type: "seen" }>> {
    return (await this.ask({ type: "look" }, ({ type }) => type === "seen")) as Extract<
      Report,
      { type: "seen" }
    >;
  }

  /** Nobody waits or rings by its board, and its own calls are over. */
  async isAtRest(): Promise<boolean> {
    const { waiting, offered, own } = await this.look();
    return waiting + offered + own === 0;
  }

  pause(): void {
    this.child.kill("SIGSTOP");
  }

  resume(): void {
    this.child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.isKilled = true;
    const ended = once(this.child, "exit");
    if (!this.child.kill("SIGKILL")) return;
    await within(`${this.nodeId} to be gone`, ended);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.resume();
    this.send({ type: "stop" });
    const ended = await waitFor("the end", () => this.child.exitCode !== null, { timeoutMs: 5_000 }).catch(
      () => false,
    );
    if (!ended) await this.kill();
  }
}
