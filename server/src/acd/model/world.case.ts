import { Callers } from "./callers.case.ts";
import { defaultQueueSettings } from "../core/settings.ts";
import type { Batch } from "../event-log.ts";
import { type History, Violation } from "./history.case.ts";
import type { InFlight, SharedStore } from "./model-log.case.ts";
import {
  bootNode,
  commandsOf,
  fingerprintOf,
  hasBatches,
  hasLines,
  insidesOf,
  isReachable,
  type Node,
  nodeOf,
  profile,
} from "./node.case.ts";
import type { Plan } from "./plan.case.ts";
import {
  allRules,
  emptyStore,
  type StoreCommand,
  type StoreRules,
  type StoreState,
  stepStore,
} from "./store.case.ts";
import { sayCommand, sayReply } from "./words.case.ts";

/** How many commands it may take at most to come to rest. */
const mostSteps = 2_000;

/** One history: the real door, router and reducer of each node, on the model's store, one step at a time. */
export class World {
  /** What happened, put into words when somebody asks. */
  readonly trace: (() => string)[] = [];
  readonly history: History;
  readonly plan: Plan;
  private readonly rules: StoreRules;
  readonly shared: SharedStore = {
    state: { ...emptyStore, generation: "g" },
    silent: new Set(),
  };
  readonly time = { now: 1_800_000_000_000 };
  readonly nodes: Node[] = [];
  readonly copies: { from: string; command: StoreCommand }[] = [];
  readonly callers: Callers;
  readonly done: number[];
  readonly errors: string[] = [];
  faults = 0;

  constructor(plan: Plan, history: History) {
    this.plan = plan;
    this.history = history;
    this.rules = { ...allRules, ...plan.rules };
    this.done = plan.threads.map(() => 0);
    this.callers = new Callers(this.nodes, this.errors);
  }

  /** All nodes are up, one leads, the queue and the agents are there. */
  async open(): Promise<void> {
    for (let number = 1; number <= this.plan.routers; number += 1)
      this.nodes.push(bootNode(this, `n${number}`, 1));
    for (const node of this.nodes) await this.start(node);
    const [first] = this.nodes;
    const settings = { queueId: "q", ...defaultQueueSettings, wrapUpMs: 0, leaveOutMs: 0 };
    void first?.door.setQueue(settings);
    for (const agent of this.plan.agents) void first?.door.setAgent(profile(agent, true));
    await this.rest();
    this.trace.length = 0;
  }

  async start(node: Node): Promise<void> {
    node.door.start().catch((error: unknown) => {
      if (node.isUp) this.errors.push(`${node.name} cannot start: ${String(error)}`);
    });
    await this.rest();
  }

  say(sentence: () => string): void {
    this.trace.push(sentence);
  }

  // ---- What may happen next

  nextCommand(): Node | undefined {
    return this.nodes.find((node) => node.isUp && !node.isPaused && node.log.inFlight.length > 0);
  }

  nextDelivery(): Node | undefined {
    return this.nodes.find((node) => isReachable(node) && (hasLines(node) || hasBatches(node)));
  }

  get isLeaseOver(): boolean {
    return this.shared.state.leaseUntil <= this.time.now;
  }

  nextWake(): number | null {
    const times = this.nodes.flatMap((node) => (node.isUp ? (node.clock.wakesAt ?? []) : []));
    const later = times.filter((atMs) => atMs > this.time.now);
    return later.length === 0 ? null : Math.min(...later);
  }

  /** The router that would declare the node lost. */
  leaderWho(lost: Node): Node | undefined {
    return this.nodes.find(
      (node) => node !== lost && isReachable(node) && insidesOf(node).epoch !== null && node.clock.canRenew,
    );
  }

  // ---- What happens

  async happen(choice: string): Promise<void> {
    const [what = "", number = "0"] = choice.split(" ");
    const index = Number(number);
    const node = this.nodes[index];
    if (choice === "go on") this.goOn();
    else if (what === "act") this.act(index);
    else if (what === "land") this.land(index);
    else if (what === "expire") this.expire();
    else if (what === "time") this.passTime();
    else if (node) await this.touch(node, what);
    await settle();
    this.check();
  }

  private goOn(): void {
    const node = this.nextCommand();
    if (node) this.execute(node);
    this.deliver();
  }

  /** Whoever can be reached is told at once; delays are faults. */
  private deliver(): void {
    for (const node of this.nodes) {
      if (!isReachable(node)) continue;
      if (hasLines(node)) node.log.deliverEntries();
      if (hasBatches(node)) node.log.deliverBatches();
    }
  }

  private execute(node: Node): void {
    const command = node.log.inFlight.shift();
    if (command) this.run(node.name, node.session, command);
  }

  private run(name: string, session: string, { command, answer }: InFlight): void {
    const { state } = this.shared;
    const [next, reply] = stepStore(state, command, this.time.now, this.rules);
    this.shared.state = next;
    if (command.type !== "lead" || next.holder !== state.holder)
      this.say(() => `${name} ${sayCommand(command)}: ${sayReply(reply)}`);
    if (command.type === "append") this.history.append(command.lines);
    if (command.type === "lead" && typeof reply === "object" && "epoch" in reply)
      this.lead(state, command.session, reply.epoch);
    if (command.type === "resign" && reply === true)
      this.history.insist(
        state.holder === session,
        "the lease is its holder's until it ends",
        () => `${name} gives away the lease of ${state.holder}`,
      );
    if (command.type === "commit" && next !== state) this.commit(command.batch);
    answer(reply);
  }

  private lead({ holder: before, leaseUntil }: StoreState, session: string, epoch: number): void {
    const isOver = before === null || leaseUntil <= this.time.now;
    this.history.insist(
      isOver || before === session || nodeOf(before) === nodeOf(session),
      "the lease is its holder's until it ends",
      () => `${session} takes the lease of ${before}`,
    );
    this.history.grant(epoch, session);
  }

  private commit(batch: Batch): void {
    this.history.commit(batch);
    const { keptBatches = Infinity } = this.plan;
    const { state } = this.shared;
    if (state.batches.length > keptBatches)
      this.shared.state = { ...state, batches: state.batches.slice(-keptBatches) };
  }

  land(index: number): void {
    const [copy] = this.copies.splice(index, 1);
    if (!copy) return;
    this.run(`late copy from ${copy.from}:`, copy.from, { command: copy.command, answer: () => undefined });
    this.deliver();
  }

  private expire(): void {
    this.faults += 1;
    this.shared.state = { ...this.shared.state, leaseUntil: 0 };
    this.say(() => "the lease is over");
  }

  private passTime(): void {
    this.faults += 1;
    this.time.now = this.nextWake() ?? this.time.now;
    this.say(() => "time passes to the next deadline");
  }

  private async touch(node: Node, what: string): Promise<void> {
    if (!["renew", "wake", "resume", "restart"].includes(what)) this.faults += 1;
    if (what !== "renew") this.say(() => `${what}: ${node.name}`);
    if (what === "renew") node.clock.renew();
    else if (what === "wake") node.clock.wake();
    else if (what === "pause") node.isPaused = true;
    else if (what === "hold-lines") node.holdsLines = true;
    else if (what === "hold-batches") node.holdsBatches = true;
    else if (what === "resume") this.resume(node);
    else if (what === "crash") this.crash(node);
    else if (what === "restart") this.restart(node);
    else if (what === "silence") await this.declareLost(node);
    else if (what === "lose-answer") this.loseAnswer(node);
    else if (what === "late-copy") this.copies.push(...commandsOf(node).slice(0, 1));
  }

  resume(node: Node): void {
    node.isPaused = false;
    node.holdsLines = false;
    node.holdsBatches = false;
    this.deliver();
  }

  /** What it had sent may still arrive. */
  private crash(node: Node): void {
    node.isUp = false;
    this.copies.push(...commandsOf(node).filter(({ command }) => !isFirstLine(command)));
    for (const story of this.callers.values()) if (story.session === node.session) story.state = "gone";
    this.shared.silent.add(node.session);
  }

  restart(node: Node): void {
    const fresh = bootNode(this, node.name, node.starts + 1);
    this.nodes[this.nodes.indexOf(node)] = fresh;
    fresh.door.start().catch((error: unknown) => {
      if (fresh.isUp) this.errors.push(`${fresh.name} cannot start: ${String(error)}`);
    });
  }

  private loseAnswer(node: Node): void {
    const [first] = node.log.inFlight;
    if (!first) return;
    this.run(node.name, node.session, { command: first.command, answer: () => undefined });
    this.deliver();
  }

  /** The router looks several times before it believes it. */
  private async declareLost(node: Node): Promise<void> {
    this.shared.silent.add(node.session);
    for (let look = 0; look < 10; look += 1) {
      const leader = this.leaderWho(node);
      if (!leader || leader.log.inFlight.some(({ command }) => command.type === "append")) return;
      leader.clock.renew();
      await settle();
      while (leader.log.inFlight[0]?.command.type === "lead") {
        this.execute(leader);
        await settle();
      }
    }
  }

  private act(thread: number): void {
    const act = this.plan.threads[thread]?.[this.done[thread] ?? 0];
    this.done[thread] = (this.done[thread] ?? 0) + 1;
    if (!act) return;
    this.say(() => `outside: ${Object.values(act).join(" ")}`);
    if (act.does === "enter") this.callers.enter(act.caller, act.at, this.time.now);
    else if (act.does === "agent")
      this.callers.ask(this.nodes[act.at - 1]?.door.setAgent(profile(act.agent, act.routable)));
    else if (act.does === "close") void this.close(this.nodes[act.at - 1]);
    else this.callers.actOn(act.does, act.caller);
  }

  private async close(node: Node | undefined): Promise<void> {
    await node?.door.close();
    if (node?.isUp === true) this.crash(node);
  }

  // ---- What must hold

  private check(): void {
    const { history } = this;
    history.insist(this.errors.length === 0, "nothing fails inside", () => this.errors.join("; "));
    for (const node of this.nodes) if (node.isUp) this.checkTold(node);
  }

  /** What a node was told is what became final, from where it joined, in order and without holes. */
  private checkTold(node: Node): void {
    if (this.plan.keptBatches !== undefined || node.told.length === 0) return;
    const { delivered } = insidesOf(node);
    const { notices } = this.history;
    let count = notices.length;
    while (count > 0 && (notices[count - 1]?.position ?? 0) > delivered) count -= 1;
    node.toldFrom ??= count - node.told.length;
    const isWhole = count - node.told.length === node.toldFrom;
    this.history.insist(isWhole, "only what is final is told", () => `${node.name} was told another number`);
    for (; node.toldChecked < node.told.length; node.toldChecked += 1) {
      const told = node.told[node.toldChecked] ?? "";
      const final = notices[node.toldFrom + node.toldChecked]?.text;
      this.history.insist(told === final, "only what is final is told", () => `${node.name} heard ${told}`);
    }
  }

  /** Goes on until nothing is on its way. */
  async rest(): Promise<void> {
    await settle();
    for (let step = 0; this.nextCommand() ?? this.nextDelivery(); step += 1) {
      if (step > mostSteps) throw new Violation("everybody can be served: it does not come to rest");
      this.goOn();
      await settle();
      this.check();
    }
  }

  /** Everything that what may come depends on, with the sessions' random names replaced. */
  fingerprint(): string {
    const { appended, committed, epoch, holder, snapshot, batches, lines } = this.shared.state;
    const names = new Map(this.nodes.map(({ session, name, starts }) => [session, `${name}.${starts}`]));
    const text = JSON.stringify([
      [appended, committed, epoch, holder, this.isLeaseOver, snapshot?.position, batches[0], lines.length],
      this.history.lines,
      this.copies,
      [...this.shared.silent],
      this.time.now,
      [this.faults, this.done],
      this.nodes.map((node) => fingerprintOf(node)),
      [...this.callers].map(([name, story]) => [name, { ...story, asked: [...story.asked] }]),
    ]);
    return text.replace(/n\d\/[0-9a-f-]{36}/g, (session) => names.get(session) ?? this.nameOf(session));
  }

  private readonly former = new Map<string, string>();

  /** Of a session that is over. */
  private nameOf(session: string): string {
    let name = this.former.get(session);
    if (name === undefined) this.former.set(session, (name = `former ${this.former.size}`));
    return name;
  }
}

/**
 * That a node says "I have started", dies at once, and that this lands after its next start has said the same, is
 * left out: names of sessions have no order.
 */
function isFirstLine(command: StoreCommand): boolean {
  return command.type === "append" && command.lines.some((line) => line.includes('"node-started"'));
}

const settled = Promise.resolve();

/** Lets everything that was answered have its consequences: no chain of promises here is nearly as long. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await settled;
}
