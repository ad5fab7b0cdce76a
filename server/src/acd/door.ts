import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import type { Acd, AcdNotice, AcdOptions, AgentProfile, EnqueueRequest, Waiting } from "./interface.ts";
import { checkAgent, checkEntry, checkNumber, checkQueue, type Problem } from "./core/check.ts";
import type { Effect, ReplyResult } from "./core/effect.ts";
import type { AcdEvent, DeclineCause } from "./core/event.ts";
import { figuresOf } from "./core/figures.ts";
import type { Channel, QueueSettings } from "./core/settings.ts";
import { explainAgent } from "./core/explain-agent.ts";
import { explainWaiting } from "./core/explain-waiting.ts";
import { viewAgent, viewBoard, viewQueue } from "./core/view.ts";
import type { Outcome } from "./event-log.ts";
import { Holdings } from "./holdings.ts";
import { Router } from "./router.ts";
import { newSession } from "./session.ts";
import { type Arrival, type Place, WaitingRoom } from "./waiting-room.ts";

interface Asking {
  resolve: (result: ReplyResult) => void;
  reject: (reason: unknown) => void;
}

/** The board's time and this node's clock are taken for one as long as they differ by less than rounding does. */
const sameTimeMs = 3;
/** How long a closing node waits for its farewell to become final, before it leaves without. */
const farewellMs = 1_000;

export class Door implements Acd {
  private readonly options: AcdOptions;
  private readonly session: string;
  private readonly router: Router;
  private readonly room = new WaitingRoom();
  private readonly holdings = new Holdings();
  private readonly asking = new Map<number, Asking>();
  private readonly listeners = new Set<(notice: AcdNotice) => void>();
  private lines = 0;
  /** How far the board's time is ahead of this node's clock. */
  private boardAheadMs = 0;
  private isClosing = false;
  private closed: Promise<void> | null = null;
  private failure: Failure | null = null;

  constructor(options: AcdOptions) {
    this.options = options;
    this.session = newSession(options.nodeId);
    this.router = new Router({
      session: this.session,
      log: options.log,
      clock: options.clock,
      journal: options.journal,
      snapshotEvery: options.snapshotEvery ?? 10_000,
      append: (event) => this.append(event),
      onOutcome: (outcome) => {
        this.hear(outcome);
      },
      onGap: () => {
        this.loseTrack();
      },
    });
  }

  async start(): Promise<void> {
    await this.router.start();
    await this.ask({ type: "node-started", nodeId: this.options.nodeId });
  }

  enqueue(request: EnqueueRequest): Promise<Waiting> {
    return this.join(request, { type: "enqueued", ...request });
  }

  requeue(request: EnqueueRequest & { lostAgentId: string }): Promise<Waiting> {
    this.holdings.endTalk(request.lostAgentId, request.interactionId);
    return this.join(request, { type: "requeued", ...request });
  }

  private async join(request: EnqueueRequest, event: Arrival): Promise<Waiting> {
    refuse(checkEntry(request), "The interaction cannot wait");
    const arrival = { ...event, enqueuedAt: this.inBoardTime(event.enqueuedAt) };
    const place = this.room.open(arrival);
    try {
      await this.ask(arrival);
    } catch (error) {
      this.room.discard(place);
      throw error;
    }
    return place;
  }

  /** Whoever comes by a node whose clock is wrong comes no earlier and no later for that. */
  private inBoardTime(atMs: number): number {
    const ahead = this.router.now() - this.options.clock.now();
    if (Math.abs(ahead - this.boardAheadMs) > sameTimeMs) this.boardAheadMs = ahead;
    return atMs + this.boardAheadMs;
  }

  async cancel(interactionId: string, cause: string): Promise<"cancelled" | "not-waiting"> {
    const result = await this.ask({ type: "cancelled", interactionId, cause });
    return result === "done" ? "cancelled" : "not-waiting";
  }

  async accept(offerId: string): Promise<"accepted" | "withdrawn"> {
    const result = await this.ask({ type: "accepted", offerId });
    return result === "accepted" ? "accepted" : "withdrawn";
  }

  async decline(offerId: string, cause: DeclineCause): Promise<void> {
    await this.ask({ type: "declined", offerId, cause });
  }

  async release(interactionId: string, agentId: string): Promise<void> {
    this.holdings.endTalk(agentId, interactionId);
    await this.ask({ type: "released", interactionId, agentId });
  }

  async engage(agentId: string, interactionId: string, channel: Channel): Promise<void> {
    await this.ask({ type: "engaged", agentId, interactionId, channel });
    this.holdings.beginTalk({ agentId, interactionId, channel });
  }

  async finishWrapUp(agentId: string): Promise<void> {
    await this.ask({ type: "wrap-up-finished", agentId });
  }

  async extendWrapUp(agentId: string, byMs: number): Promise<void> {
    refuse(checkNumber("byMs", byMs, 0, 24 * 3_600_000), "Wrap-up cannot be extended");
    await this.ask({ type: "wrap-up-extended", agentId, byMs });
  }

  async setAgent(profile: AgentProfile): Promise<void> {
    refuse(checkAgent(profile), `Agent ${profile.agentId} cannot be routed to`);
    this.holdings.setAgent(profile);
    await this.ask({ type: "agent-set", ...profile });
  }

  async ready(agentId: string): Promise<void> {
    await this.ask({ type: "agent-ready", agentId });
  }

  async removeAgent(agentId: string): Promise<void> {
    this.holdings.removeAgent(agentId);
    await this.ask({ type: "agent-removed", agentId });
  }

  async beginDay(day: string): Promise<void> {
    await this.ask({ type: "day-began", day });
  }

  async setQueue(settings: QueueSettings): Promise<void> {
    refuse(checkQueue(settings), `Queue ${settings.queueId} cannot be set`);
    await this.ask({ type: "queue-set", settings });
  }

  async removeQueue(queueId: string): Promise<void> {
    await this.ask({ type: "queue-removed", queueId });
  }

  board() {
    return viewBoard(this.router.board);
  }

  queue(queueId: string) {
    const queue = this.router.board.queues.get(queueId);
    return queue ? viewQueue(this.router.board, queue) : null;
  }

  figures(queueId: string) {
    const queue = this.router.board.queues.get(queueId);
    return queue ? figuresOf(queue) : null;
  }

  routing() {
    return this.router.standing();
  }

  agent(agentId: string) {
    const agent = this.router.board.agents.get(agentId);
    return agent ? viewAgent(agent) : null;
  }

  explainWaiting(interactionId: string) {
    return explainWaiting(this.router.board, interactionId, this.options.clock.now());
  }

  explainAgent(agentId: string) {
    return explainAgent(this.router.board, agentId, this.options.clock.now());
  }

  on(listener: (notice: AcdNotice) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  close(): Promise<void> {
    this.closed ??= this.shut();
    return this.closed;
  }

  /** Says farewell, so that the others need not wait for its silence, then rejects what still waits. */
  private async shut(): Promise<void> {
    const { clock } = this.options;
    this.isClosing = true;
    let cancelTimer: () => void = () => undefined;
    const inVain = new Promise<void>((resolve) => {
      cancelTimer = clock.setTimer(clock.now() + farewellMs, resolve);
    });
    const farewell = this.ask({ type: "node-lost", session: this.session });
    await Promise.race([farewell.then(ignore, ignore), inVain]);
    cancelTimer();
    this.failure = new Failure("unavailable", "The router is closed");
    for (const { reject } of this.asking.values()) reject(this.failure);
    this.asking.clear();
    this.room.failAll(this.failure);
    this.listeners.clear();
    await this.router.close();
  }

  /** Appends a line and waits until its effects are final. */
  private async ask(event: AcdEvent): Promise<ReplyResult> {
    if (this.failure) throw this.failure;
    const line = this.nextLine();
    const reply = new Promise<ReplyResult>((resolve, reject) => {
      this.asking.set(line, { resolve, reject });
    });
    this.store(line, event).catch((error: unknown) => {
      this.asking.get(line)?.reject(error);
      this.asking.delete(line);
    });
    const result = await reply;
    if (typeof result === "object") {
      if (result.code === "internal") throw new Error(result.sentence);
      throw new Failure(result.code, result.sentence);
    }
    return result;
  }

  private append(event: AcdEvent): Promise<void> {
    return this.store(this.nextLine(), event);
  }

  private store(line: number, event: AcdEvent): Promise<void> {
    return this.options.log.append({ session: this.session, line, at: this.router.now(), event });
  }

  private nextLine(): number {
    this.lines += 1;
    return this.lines;
  }

  private hear({ at, effects }: Outcome): void {
    for (const effect of effects) {
      if (effect.type === "reply") {
        if (effect.session === this.session) this.hearReply(effect.line, effect.result);
      } else {
        this.pushStep(effect);
        this.tell({ ...effect, at });
      }
    }
  }

  private hearReply(line: number, result: ReplyResult): void {
    this.asking.get(line)?.resolve(result);
    this.asking.delete(line);
  }

  private pushStep(effect: Exclude<Effect, { type: "reply" }>): void {
    switch (effect.type) {
      case "offer":
      case "withdrawn":
      case "position":
      case "exit":
        this.room.push(effect.interactionId, effect);
        break;
      case "accepted":
        this.beginTalk(effect.agentId, this.room.push(effect.interactionId, effect));
        break;
      case "node-lost":
        if (effect.session === this.session && !this.isClosing) this.restate();
        break;
      default:
    }
  }

  private beginTalk(agentId: string, place: Place | undefined): void {
    if (place)
      this.holdings.beginTalk({ agentId, interactionId: place.interactionId, channel: place.channel });
  }

  private tell(notice: AcdNotice): void {
    for (const listener of this.listeners) {
      try {
        listener(notice);
      } catch (error) {
        this.options.journal.error({ error: describeError(error) }, "A listener of the router failed");
      }
    }
  }

  /**
   * The others took this node for dead: it says again what it holds. Its callers were told to leave; those who were
   * not are unknown to the router, which has lost its memory of them: they come again.
   */
  private restate(): void {
    this.options.journal.warn(
      { session: this.session },
      "The others took this node for lost; it joins again",
    );
    this.say(this.statement());
    for (const arrival of this.room.arrivals()) this.bringAgain({ ...arrival, type: "enqueued" });
  }

  /** If they were told to leave while this was on its way, nobody would hear what is decided about them. */
  private bringAgain(arrival: Arrival): void {
    const { interactionId } = arrival;
    const letGo = (): void => {
      if (this.failure || this.room.has(interactionId)) return;
      this.say([{ type: "cancelled", interactionId, cause: "node-lost" }]);
    };
    this.ask(arrival).then(letGo, letGo);
  }

  private statement(): AcdEvent[] {
    return [
      { type: "node-started", nodeId: this.options.nodeId },
      ...this.ownProfiles().map((profile) => ({ type: "agent-set" as const, ...profile })),
      ...this.holdings.talks().map((talk) => ({ type: "engaged" as const, ...talk })),
    ];
  }

  private say(events: AcdEvent[]): void {
    for (const event of events) {
      this.append(event).catch((error: unknown) => {
        this.options.journal.error({ error: describeError(error) }, "The node could not join again");
      });
    }
  }

  /** Agents who meanwhile belong to another node are that node's to state. */
  private ownProfiles(): AgentProfile[] {
    const { agents } = this.router.board;
    return this.holdings.agents().filter(({ agentId }) => agents.get(agentId)?.session === this.session);
  }

  /**
   * This node slept so long that its replies and steps are gone: those who wait for them are told. Nobody will hear
   * what is decided about its callers, so they leave, and whoever answered one of them meanwhile is let go. Whether
   * the others took it for lost is not known either: it says again what it holds.
   */
  private loseTrack(): void {
    const failure = new Failure("unavailable", "This node lost touch with the router for too long");
    for (const { reject } of this.asking.values()) reject(failure);
    this.asking.clear();
    const places = this.room.failAll(failure);
    const farewells = places.flatMap(({ interactionId, rungAgents }): AcdEvent[] => [
      { type: "cancelled", interactionId, cause: "node-lost" },
      ...rungAgents.map((agentId) => ({ type: "released" as const, agentId, interactionId })),
    ]);
    this.say([...farewells, ...this.statement()]);
  }
}

function refuse(problems: Problem[], what: string): void {
  if (problems.length === 0) return;
  const sentences = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new Failure("bad-request", `${what}: ${sentences}`, problems);
}

function ignore(): void {
  // A farewell that fails changes nothing: the others will notice the silence.
}
