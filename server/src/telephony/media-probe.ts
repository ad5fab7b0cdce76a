import { connect as connectTcp, createServer } from "node:net";

export interface EventSocketAddress {
  host: string;
  port: number;
  secret: string;
}

/**
 * Asks an event socket whether drachtio-fsmrf could use it, and rejects with a sentence if not. The library itself
 * can't be asked: it retries a refused connection every millisecond behind our back, waits for ever on a wrong
 * secret, and throws outside of any promise when the SIP profile is missing (as it is while FreeSWITCH starts).
 */
export function probeEventSocket(address: EventSocketAddress, deadlineMs: number): Promise<void> {
  const where = `${address.host}:${address.port}`;
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: address.host, port: address.port });
    const done = (problem: string | null) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => undefined); // whatever still happens on it is of no interest
      socket.destroy();
      if (problem === null) resolve();
      else reject(new Error(problem));
    };
    const timer = setTimeout(() => done(`The media server at ${where} does not answer`), deadlineMs);
    const dialogue = new ProbeDialogue(
      address.secret,
      (text) => socket.write(text),
      (problem) => done(problem === null ? null : `The media server at ${where} ${problem}`),
    );
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => dialogue.receive(text));
    socket.on("error", (error) => done(`The media server at ${where} can't be reached: ${error.message}`));
    socket.on("close", () => done(`The media server at ${where} closed the connection`));
  });
}

/** auth/request → auth → +OK accepted → api sofia status → the profile's line. */
class ProbeDialogue {
  readonly #secret: string;
  readonly #send: (text: string) => void;
  readonly #done: (problem: string | null) => void;
  #step: "greeting" | "auth" | "status" = "greeting";
  #text = "";

  constructor(secret: string, send: (text: string) => void, done: (problem: string | null) => void) {
    this.#secret = secret;
    this.#send = send;
    this.#done = done;
  }

  receive(text: string): void {
    this.#text += text;
    if (this.#text.length > 200_000) return this.#done("sends nonsense");
    if (this.#text.includes("text/rude-rejection"))
      return this.#done("refuses this address (its access list)");
    if (this.#step === "greeting" && this.#text.includes("auth/request\n\n")) {
      this.#advance("auth", `auth ${this.#secret}\n\n`);
    } else if (this.#step === "auth" && /Reply-Text: .*\n\n/.test(this.#text)) {
      if (!this.#text.includes("+OK accepted")) return this.#done("refused the secret");
      this.#advance("status", "api sofia status\n\n");
    } else if (this.#step === "status") this.#readStatus();
  }

  #readStatus(): void {
    const match = /Content-Length: (\d+)\n(?:.*\n)*?\n([\s\S]*)/.exec(this.#text);
    if (!match || Buffer.byteLength(match[2] ?? "") < Number(match[1])) return;
    const hasProfile = /^\s*drachtio_mrf\s.*sip:mod_sofia@(?:\d{1,3}\.){3}\d{1,3}:\d+/m.test(match[2] ?? "");
    this.#done(hasProfile ? null : "has no SIP profile drachtio_mrf (yet)");
  }

  #advance(step: "auth" | "status", command: string): void {
    this.#step = step;
    this.#text = "";
    this.#send(command);
  }
}

/** Rejects with a sentence if this process can't listen there: the library would crash instead. */
export function probeListenAddress(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      reject(new Error(`Can't listen on ${address}:${port} for the media server: ${error.message}`));
    });
    server.listen(port, address, () => server.close(() => resolve()));
  });
}
