import { Failure } from "../../base/failure.ts";
import type { Waiting } from "../interface.ts";
import type { Node } from "./node.case.ts";

/** One caller, as the node that looks after it knows it. */
export interface CallerStory {
  at: number;
  session: string;
  state: "coming" | "waiting" | "talking" | "gone" | "refused";
  steps: string[];
  offerId: string | null;
  agentId: string | null;
  asked: Set<string>;
}

/** Those who call, in a loop like serve-in-queue.ts has. */
export class Callers extends Map<string, CallerStory> {
  private readonly nodes: readonly Node[];
  private readonly errors: string[];

  constructor(nodes: readonly Node[], errors: string[]) {
    super();
    this.nodes = nodes;
    this.errors = errors;
  }

  actOn(does: "hang-up" | "answer" | "decline" | "release", caller: string): void {
    const story = this.get(caller);
    const door = story && this.nodes[story.at - 1]?.door;
    if (!story || !door) return;
    if (does === "hang-up") this.ask(door.cancel(caller, "hung-up"));
    else if (does === "release") {
      story.state = "gone";
      this.ask(door.release(caller, story.agentId ?? ""));
    } else if (story.offerId !== null) {
      story.asked.add(story.offerId);
      if (does === "answer") this.ask(door.accept(story.offerId));
      else this.ask(door.decline(story.offerId, "declined"));
    }
  }

  ask(answer: Promise<unknown> | undefined): void {
    answer?.catch((error: unknown) => {
      if (!(error instanceof Failure)) this.errors.push(String(error));
    });
  }

  enter(caller: string, at: number, enqueuedAt: number): void {
    const node = this.nodes[at - 1];
    if (!node) return;
    const story: CallerStory = {
      ...{ at, session: node.session, state: "coming", steps: [], offerId: null, agentId: null },
      asked: new Set(),
    };
    this.set(caller, story);
    const entry = { interactionId: caller, queueId: "q", channel: "voice" as const, priority: 0 };
    node.door.enqueue({ ...entry, enqueuedAt }).then(
      (waiting) => {
        if (story.state !== "coming") return;
        story.state = "waiting";
        void this.wait(story, waiting);
      },
      (error: unknown) => {
        if (!(error instanceof Failure)) this.errors.push(String(error));
        if (story.state === "coming") story.state = "refused";
      },
    );
  }

  /** The caller's own loop, as serve-in-queue.ts has it. */
  private async wait(story: CallerStory, waiting: Waiting): Promise<void> {
    while (story.state === "waiting") {
      const step = await waiting.next().catch((error: unknown) => {
        if (!(error instanceof Failure)) this.errors.push(String(error));
        return null;
      });
      if (story.state !== "waiting") return;
      story.steps.push(step?.type ?? "unavailable");
      if (!step) story.state = "gone";
      else if (step.type === "offer") story.offerId = step.offerId;
      else if (step.type === "withdrawn" && step.offerId === story.offerId) story.offerId = null;
      else if (step.type === "exit") story.state = "gone";
      else if (step.type === "accepted") {
        story.state = "talking";
        story.agentId = step.agentId;
        story.offerId = null;
      }
    }
  }
}
