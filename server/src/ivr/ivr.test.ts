import { describe, expect, expectTypeOf, it } from "vitest";
import type { Leg } from "../telephony/telephony.ts";
import { Flow } from "../contract/flow.ts";
import { systemClock } from "../base/clock.ts";
import { demoFlow, openPrompts, runFlow } from "./ivr.ts";
import type { FlowNote, RunFlowOptions, VoicePort } from "./ivr.ts";

/**
 * A telephone in memory with the channel's own rules: keys are buffered until collected, the first key stops an
 * interruptible prompt, hanging up ends every wait. What it does next is decided by `script`, once per request.
 */
class Telephone implements VoicePort {
  readonly #gone = new AbortController();
  readonly signal = this.#gone.signal;
  readonly heard: string[] = [];
  #listeners = new Set<(digit: string) => void>();
  #buffer = "";
  readonly #script: ((phone: Telephone, file: string) => void)[];

  constructor(...script: ((phone: Telephone, file: string) => void)[]) {
    this.#script = script;
  }

  press(digits: string): void {
    for (const digit of digits) {
      this.#buffer += digit;
      for (const listener of this.#listeners) listener(digit);
    }
  }

  hangUp(): void {
    this.#gone.abort();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async play(files: string[], options: { signal: AbortSignal; interruptible: boolean }) {
    await this.#hear(files);
    if (this.signal.aborted) return { outcome: "ended" as const };
    if (options.signal.aborted) return { outcome: "aborted" as const };
    return { outcome: this.#buffer === "" ? ("played" as const) : ("interrupted" as const) };
  }

  async collect(options: { files: string[]; maxDigits: number; signal: AbortSignal }) {
    if (this.#buffer === "") await this.#hear(options.files);
    if (this.signal.aborted) return { outcome: "ended" as const, digits: "" };
    const digits = this.#buffer.slice(0, options.maxDigits);
    this.#buffer = this.#buffer.slice(options.maxDigits);
    return { outcome: digits === "" ? ("timeout" as const) : ("digits" as const), digits };
  }

  clearDigits(): void {
    this.#buffer = "";
  }

  onDigit(listener: (digit: string) => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #hear(files: string[]): Promise<void> {
    this.heard.push(...files.map((file) => file.replace(/^.*prompts\/|\.wav$/g, "")));
    await Promise.resolve();
    this.#script.shift()?.(this, files[0] ?? "");
  }
}

const prompts = openPrompts({ uploadsDirectory: "no-such-directory" });
const demo = demoFlow({ salesQueueId: "q-sales", supportQueueId: "q-support" });
const nothing = (): void => undefined;
const press = (digits: string) => (phone: Telephone) => {
  phone.press(digits);
};

function run(port: VoicePort, changes: Partial<RunFlowOptions> = {}) {
  const notes: FlowNote[] = [];
  const outcome = runFlow({
    flow: demo,
    prompts,
    port,
    clock: systemClock,
    enqueue: async () => "answered",
    leaveMessage: async () => undefined,
    transfer: async () => "transferred",
    isOpen: () => true,
    attributes: async () => ({}),
    on: (note) => notes.push(note),
    ...changes,
  });
  return { notes, outcome };
}

describe("runFlow", () => {
  it("takes telephony's leg as its port", () => {
    expectTypeOf<Leg>().toExtend<VoicePort>();
  });

  it("plays, asks, and hands the caller to the queue in the chosen language", async () => {
    const phone = new Telephone(nothing, press("2"), press("1"));
    const requests: unknown[] = [];
    const { notes, outcome } = run(phone, {
      async enqueue(request) {
        requests.push(request);
        return "answered";
      },
    });
    expect(await outcome).toMatchObject({ how: "answered", node: "sales", state: { language: "zh" } });
    expect(requests).toEqual([
      { do: "enqueue", node: "sales", queueId: "q-sales", priority: 0, language: "zh", values: {} },
    ]);
    expect(phone.heard).toEqual([
      "en/welcome",
      "zh/welcome",
      "en/language-menu",
      "zh/language-menu",
      "zh/main-menu",
    ]);
    expect(notes).toEqual([
      { type: "flow.pressed", node: "language-menu", digits: "2" },
      { type: "flow.language", language: "zh" },
      { type: "flow.pressed", node: "main-menu", digits: "1" },
      { type: "flow.left", node: "sales", cause: "answered" },
    ]);
    expect(phone.listeners).toBe(0);
  });

  it("takes keys pressed during the greeting for both menus, each once", async () => {
    const phone = new Telephone(press("12"));
    const { outcome } = run(phone);
    expect(await outcome).toMatchObject({ how: "answered", node: "support" });
    expect(phone.heard).toEqual(["en/welcome", "zh/welcome"]);
  });

  it("takes two keys pressed quickly in one menu for this menu and the next", async () => {
    const phone = new Telephone(nothing, press("22"));
    const { outcome } = run(phone);
    expect(await outcome).toMatchObject({ node: "support", state: { language: "zh" } });
  });

  it("tells wrong keys and silence, and says goodbye after the retries", async () => {
    const phone = new Telephone(press("1"), press("5"), nothing, press("7"));
    const { notes, outcome } = run(phone);
    expect(await outcome).toMatchObject({ how: "hung-up-by-flow", node: "goodbye" });
    expect(notes.map((note) => note.type)).toEqual([
      "flow.pressed",
      "flow.pressed",
      "flow.invalid",
      "flow.timeout",
      "flow.pressed",
      "flow.invalid",
      "flow.left",
    ]);
    expect(phone.heard.slice(2)).toEqual([
      "en/main-menu",
      "en/invalid",
      "en/main-menu",
      "en/timeout",
      "en/main-menu",
      "en/goodbye",
    ]);
  });

  it("does not take the key that left the queue for the next menu", async () => {
    const flow = Flow.parse({
      version: 1,
      start: "q",
      nodes: {
        q: { kind: "queue", queueId: "a", next: "menu" },
        menu: {
          kind: "menu",
          prompts: [{ prompt: "main-menu" }],
          options: [{ digit: "1", next: "bye" }],
          retries: 0,
          onFailure: "sorry",
        },
        bye: { kind: "hangup" },
        sorry: { kind: "hangup" },
      },
    });
    const phone = new Telephone();
    const { outcome } = run(phone, {
      flow,
      async enqueue() {
        phone.press("1");
        return "exit-key";
      },
    });
    expect(await outcome).toMatchObject({ node: "sorry" });
  });

  it("records a message out of the queue, then thanks and ends", async () => {
    const phone = new Telephone(press("11"));
    const messages: unknown[] = [];
    const { outcome } = run(phone, {
      enqueue: async () => "no-agents",
      async leaveMessage(request) {
        messages.push(request);
      },
    });
    expect(await outcome).toMatchObject({ how: "hung-up-by-flow", node: "after-message" });
    expect(messages).toEqual([
      {
        do: "recordMessage",
        node: "leave-message",
        queueId: "q-sales",
        maxSeconds: 120,
        silenceSeconds: 5,
      },
    ]);
    expect(phone.heard.slice(2)).toEqual(["en/voicemail-greeting", "en/goodbye"]);
  });

  it("ends at once when the caller hangs up in a prompt, in a menu, in the queue and in a message", async () => {
    const hangUp = (phone: Telephone) => {
      phone.hangUp();
    };
    const inGreeting = run(new Telephone(hangUp));
    expect(await inGreeting.outcome).toMatchObject({ how: "hung-up-by-caller", node: "greeting" });
    const inMenu = run(new Telephone(nothing, hangUp));
    expect(await inMenu.outcome).toMatchObject({ how: "hung-up-by-caller", node: "language-menu" });

    const waiting = new Telephone(press("11"));
    const inQueue = run(waiting, {
      async enqueue() {
        waiting.hangUp();
        return "hung-up";
      },
    });
    expect(await inQueue.outcome).toMatchObject({ how: "hung-up-by-caller", node: "sales" });

    const speaking = new Telephone(press("19"));
    const inMessage = run(speaking, {
      async leaveMessage() {
        speaking.hangUp();
      },
    });
    expect(await inMessage.outcome).toMatchObject({ how: "hung-up-by-caller", node: "leave-message" });
    expect(inMessage.notes.at(-1)).toEqual({
      type: "flow.left",
      node: "leave-message",
      cause: "hung-up-by-caller",
    });
  });

  it("keeps the answer when the caller hung up at the end of the talk", async () => {
    const phone = new Telephone(press("11"));
    const { outcome } = run(phone, {
      async enqueue() {
        phone.hangUp();
        return "answered";
      },
    });
    expect(await outcome).toMatchObject({ how: "answered" });
  });

  it("stops from our side when its signal says so", async () => {
    const stop = new AbortController();
    const { outcome } = run(
      new Telephone(() => {
        stop.abort();
      }),
      { signal: stop.signal },
    );
    expect(await outcome).toMatchObject({ how: "aborted", node: "greeting" });
  });

  it("apologises, goes to the fallback and notes a fault when the queue breaks", async () => {
    const phone = new Telephone(press("11"));
    const { notes, outcome } = run(phone, {
      enqueue: () => Promise.reject(new Error("There is no router")),
    });
    expect(await outcome).toMatchObject({ how: "hung-up-by-flow", node: "after-message" });
    expect(phone.heard.slice(2, 4)).toEqual(["en/technical-problem", "en/voicemail-greeting"]);
    expect(notes).toContainEqual({
      type: "fault",
      where: "ivr",
      sentence: "enqueue at node sales: There is no router",
    });
  });

  it("hangs up without a word when the media server can play nothing at all", async () => {
    const mute: VoicePort = {
      signal: new AbortController().signal,
      play: async () => ({ outcome: "failed", sentence: "The media server is gone" }),
      collect: async () => ({ outcome: "failed", digits: "", sentence: "The media server is gone" }),
      clearDigits: nothing,
      onDigit: () => nothing,
    };
    const { notes, outcome } = run(mute);
    expect(await outcome).toMatchObject({ how: "hung-up-by-flow" });
    expect(notes.filter((note) => note.type === "fault").length).toBeGreaterThan(0);
  });

  it("goes on without a prompt that is gone, and says which", async () => {
    const flow = Flow.parse({
      version: 1,
      start: "jingle",
      nodes: {
        jingle: { kind: "play", prompts: [{ upload: "our-jingle" }], next: "bye" },
        bye: { kind: "hangup", prompts: [{ prompt: "goodbye" }] },
      },
    });
    const phone = new Telephone();
    const { notes, outcome } = run(phone, { flow });
    expect(await outcome).toMatchObject({ how: "hung-up-by-flow", node: "bye" });
    expect(phone.heard).toEqual(["en/goodbye"]);
    expect(notes).toContainEqual({
      type: "fault",
      where: "ivr",
      sentence: "The uploaded prompt our-jingle is gone",
    });
  });

  it("transfers after the announcement, and goes on when that fails", async () => {
    const flow = Flow.parse({
      version: 1,
      start: "out",
      nodes: {
        out: { kind: "transfer", to: "+15550123", onFailure: "bye" },
        bye: { kind: "hangup" },
      },
    });
    const phone = new Telephone();
    const failing = run(phone, { flow, transfer: async () => "failed" });
    expect(await failing.outcome).toMatchObject({ how: "hung-up-by-flow", node: "bye" });
    expect(phone.heard).toEqual(["en/transfer"]);
    const working = run(new Telephone(), { flow });
    expect(await working.outcome).toMatchObject({ how: "transferred", node: "out" });
  });
});
