/** Two people who talk: bridge, recording, hold, and who ended it. */
import type { Party, QueueLeftCause } from "../contract/ledger.ts";
import type { QueueSettings } from "../contract/queues.ts";
import type { TalkRecording } from "../recordings/recordings.ts";
import type { AgentLeg, Bridge } from "../telephony/telephony.ts";
import { Failure } from "../base/failure.ts";
import { partingOf } from "./parting.ts";
import { watchForAgentGone } from "./agent-gone.ts";
import type { Conversation } from "./conversation.ts";
import { releaseAgent } from "./tell-router.ts";
import type { World } from "./world.ts";

interface Partner {
  agentLeg: AgentLeg;
  agentId: string;
  /** Whether the leg goes to the agent's browser; else to a desk phone. */
  isSoftphone: boolean;
  queueId: string;
  enqueuedAt: number;
  /** Writes how the caller left the queue; not called when they have to go back to it unanswered. */
  leaveQueue(cause: QueueLeftCause): void;
}

/** How a talk ended. "lost": the agent's side vanished without anybody hanging up. */
interface TalkEnd {
  by: Party | "lost";
  cause: string;
}

/** Resolves when the talk is over and both records of it are written; the customer's leg may still be up. */
export async function talk(
  conversation: Conversation,
  partner: Partner,
  settings: QueueSettings,
  world: World,
): Promise<"ended" | "agent-lost"> {
  // Together with the bridge, not after it: the first words belong in the recording.
  const recording = settings.record ? startRecording(conversation, world) : null;
  const bridge = await bridgeUp(conversation, partner, world);
  if (bridge === null) {
    if (recording !== null) finishRecording(conversation, recording, 0, world);
    const end = lostBeforeBridge(conversation);
    if (end.by !== "lost") leaveBeforeBridge(conversation, partner, end);
    return afterTalk(conversation, partner, end, world);
  }
  const end = await new Talk(conversation, partner, bridge, world).run(recording);
  return afterTalk(conversation, partner, end, world);
}

function startRecording({ leg, interactionId, append }: Conversation, world: World): Promise<TalkRecording> {
  return world.recordings.startTalk(leg, { interactionId }).then((recording) => {
    append(recording.started);
    return recording;
  });
}

/** In the background: the file's checksum must not keep the agent from the next call. */
function finishRecording(
  { append }: Conversation,
  recording: Promise<TalkRecording>,
  talkMs: number,
  world: World,
): void {
  recording
    .then((started) => started.finish(talkMs))
    .then(({ events }) => {
      for (const event of events) append(event);
    })
    .catch((error: unknown) => {
      world.log.error({ error }, "A recording could not be finished");
      append({ type: "fault", where: "recording", sentence: "The recording could not be finished" });
    });
}

async function bridgeUp(conversation: Conversation, partner: Partner, world: World): Promise<Bridge | null> {
  try {
    return await world.telephony.bridge(conversation.leg, partner.agentLeg);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { append } = conversation;
    world.log.warn({ error: error.message }, "A bridge could not be made");
    append({ type: "fault", where: "bridge", sentence: error.message });
    return null;
  }
}

function lostBeforeBridge(conversation: Conversation): TalkEnd {
  return partingOf(conversation.leg) ?? { by: "lost", cause: "no-bridge" };
}

/** An agent had taken it: a customer who left in these milliseconds did not abandon. */
function leaveBeforeBridge(conversation: Conversation, partner: Partner, { by }: TalkEnd): void {
  conversation.reached(by === "customer" ? "answered" : "failed");
  partner.leaveQueue(by === "customer" ? "answered" : "system");
}

class Talk {
  readonly #conversation: Conversation;
  readonly #partner: Partner;
  readonly #bridge: Bridge;
  readonly #world: World;
  #heldSince: number | null = null;
  #holdMs = 0;
  #hungUpByButton = false;
  #isOver = false;
  /** Hold and resume follow each other, however quickly the buttons are pressed. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(conversation: Conversation, partner: Partner, bridge: Bridge, world: World) {
    this.#conversation = conversation;
    this.#partner = partner;
    this.#bridge = bridge;
    this.#world = world;
  }

  async run(recording: Promise<TalkRecording> | null): Promise<TalkEnd> {
    const { agentId, queueId, agentLeg } = this.#partner;
    const { bridgedAt } = this.#bridge;
    const { interactionId } = this.#conversation;
    this.#conversation.reached("answered");
    this.#partner.leaveQueue("answered");
    const answerToBridgeMs = Math.max(0, bridgedAt - agentLeg.answeredAt);
    this.#conversation.append({ type: "talk.started", agentId, queueId, answerToBridgeMs });
    this.#showOnDesk(recording !== null);
    this.#conversation.tell("talking");
    void recording?.then(({ started }) => {
      const isRecorded = started.type === "recording.started";
      this.#world.desks.callChanged(agentId, interactionId, { recording: isRecorded });
    });
    const end = await this.#untilEnd();
    this.#isOver = true;
    const togetherMs = this.#world.clock.now() - bridgedAt;
    this.#endHold();
    const { by, cause } = end;
    const ledgerBy: Party = by === "lost" ? "system" : by;
    const holdMs = this.#holdMs;
    const talkMs = Math.max(0, togetherMs - holdMs);
    this.#conversation.append({ type: "talk.ended", agentId, by: ledgerBy, cause, talkMs, holdMs });
    if (recording !== null) finishRecording(this.#conversation, recording, togetherMs, this.#world);
    await this.#bridge.end();
    return end;
  }

  #showOnDesk(records: boolean): void {
    const { agentId, queueId, enqueuedAt } = this.#partner;
    this.#world.desks.callStarted(agentId, {
      card: this.#conversation.card(queueId, enqueuedAt),
      answeredAt: this.#bridge.bridgedAt,
      recording: records,
      control: { setHold: (held) => this.#setHold(held), hangUp: () => this.#hangUp() },
    });
  }

  async #untilEnd(): Promise<TalkEnd> {
    const watch = watchForAgentGone(this.#partner, this.#world);
    const bridgeEnd = this.#bridge.ended.then(({ by, legEnd }): TalkEnd => {
      if (this.#hungUpByButton) return { by: "agent", cause: "normal" };
      const cause = legEnd?.cause ?? "unknown";
      if (by === "customer") return legEnd?.by === "remote" ? { by, cause } : { by: "system", cause };
      if (cause === "shutdown") return { by: "system", cause };
      const isHungUp = legEnd?.by === "remote" && cause === "normal";
      return isHungUp ? { by: "agent", cause } : { by: "lost", cause };
    });
    const gone = watch.gone.then((cause): TalkEnd => ({ by: "lost", cause }));
    try {
      return await Promise.race([bridgeEnd, gone]);
    } finally {
      watch.stop();
    }
  }

  #setHold(held: boolean): Promise<void> {
    const turn = this.#turn.then(() => this.#setHoldNow(held));
    this.#turn = turn.catch(() => undefined); // told to whoever pressed the button
    return turn;
  }

  async #setHoldNow(held: boolean): Promise<void> {
    if (this.#hasEnded() || held === (this.#heldSince !== null)) return;
    const { agentId, queueId } = this.#partner;
    const { directory, prompts, agents, desks, clock } = this.#world;
    const musicPromptId = directory.queue(queueId)?.settings.musicPromptId ?? null;
    await (held ? this.#bridge.hold(prompts.music(musicPromptId)) : this.#bridge.resume());
    if (this.#hasEnded()) return; // meanwhile: the lines of the talk's end are written
    if (held) {
      this.#heldSince = clock.now();
      this.#conversation.append({ type: "hold.started", agentId });
    } else this.#endHold();
    agents.setHeld(agentId, held);
    desks.callChanged(agentId, this.#conversation.interactionId, { held });
  }

  #hasEnded(): boolean {
    return this.#isOver;
  }

  #endHold(): void {
    if (this.#heldSince === null) return;
    const holdMs = this.#world.clock.now() - this.#heldSince;
    this.#heldSince = null;
    this.#holdMs += holdMs;
    this.#conversation.append({ type: "hold.ended", agentId: this.#partner.agentId, holdMs });
  }

  async #hangUp(): Promise<void> {
    this.#hungUpByButton = true;
    await this.#partner.agentLeg.hangUp("normal");
  }
}

/** Ends what the end of the talk implies, and frees the agent. */
async function afterTalk(
  conversation: Conversation,
  partner: Partner,
  end: TalkEnd,
  world: World,
): Promise<"ended" | "agent-lost"> {
  const { agentId, agentLeg } = partner;
  const { interactionId, leg, append } = conversation;
  world.desks.callEnded(agentId, interactionId);
  const isLost = end.by === "lost" && !leg.signal.aborted;
  void agentLeg.hangUp(isLost ? "media-lost" : "normal");
  if (isLost) {
    append({ type: "agent.lost", agentId, cause: end.cause });
    return "agent-lost";
  }
  releaseAgent(interactionId, agentId, world);
  if (end.by !== "customer") {
    conversation.end(end.by === "lost" ? "system" : end.by, end.cause);
    await leg.hangUp("normal");
  }
  return "ended";
}
