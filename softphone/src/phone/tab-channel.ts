/**
 * Tabs of one browser that share a person: the newest phone wins, unless an older one is in a call.
 *   opened  -->  answered by `in-call` from a tab that talks
 *   taken   -->  the others step back
 */
type TabMessage = { type: "opened" | "in-call" | "taken"; personId: string; tab: string };

const answerWithinMs = 120;

export class TabChannel {
  readonly #channel = new BroadcastChannel("ringdown.phone");
  readonly #tab = crypto.randomUUID();
  readonly #personId: string;
  readonly #listener: { isInCall(): boolean; onTaken(): void };
  #onInCall: () => void = () => undefined;

  constructor(personId: string, listener: { isInCall(): boolean; onTaken(): void }) {
    this.#personId = personId;
    this.#listener = listener;
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => this.#receive(event.data);
  }

  /** Whether another tab is in a call, as far as one answers in time. */
  async isAnotherInCall(): Promise<boolean> {
    const answered = new Promise<boolean>((resolve) => {
      this.#onInCall = () => resolve(true);
      setTimeout(() => resolve(false), answerWithinMs);
    });
    this.#send("opened");
    return answered;
  }

  /** This tab has the phone now. */
  announceTaken(): void {
    this.#send("taken");
  }

  close(): void {
    this.#channel.close();
  }

  #send(type: TabMessage["type"]): void {
    this.#channel.postMessage({ type, personId: this.#personId, tab: this.#tab } satisfies TabMessage);
  }

  #receive(message: TabMessage): void {
    if (message.personId !== this.#personId || message.tab === this.#tab) return;
    if (message.type === "opened" && this.#listener.isInCall()) this.#send("in-call");
    if (message.type === "in-call") this.#onInCall();
    if (message.type === "taken") this.#listener.onTaken();
  }
}
