import { describe, expect, it } from "vitest";
import { buildResponse } from "../grammar/build-response.ts";
import type { SipMessage, SipRequest, SipResponse } from "../grammar/message.ts";
import { parseMessage } from "../grammar/parse-message.ts";
import { composeRequest, type CallerOptions } from "../testing/compose.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { unreachable, type Address, type Flow } from "../transport/flow.ts";
import { Transactions, type ReceivedRequest } from "./transactions.ts";

const peer: Address = { host: "192.0.2.1", port: 5060 };

/** A flow that keeps what was sent, as startlines with the time. */
class RecordingFlow implements Flow {
  readonly protocol = "udp";
  readonly remote: Address;
  readonly local = { host: "192.0.2.2", port: 5060 };
  readonly failure = unreachable;
  readonly isReliable: boolean;
  isOpen = true;
  readonly sent: { readonly atMs: number; readonly line: string; readonly message: SipMessage }[] = [];
  readonly #clock: FakeClock;
  #closeListeners: (() => void)[] = [];

  constructor(clock: FakeClock, isReliable: boolean, remote = peer) {
    this.#clock = clock;
    this.remote = remote;
    this.isReliable = isReliable;
  }

  send(bytes: Buffer): boolean {
    const result = parseMessage(bytes);
    if (!this.isOpen || result.type !== "message") return false;
    const { message } = result;
    const line = message.type === "request" ? message.method : `SIP/2.0 ${String(message.status)}`;
    this.sent.push({ atMs: this.#clock.now(), line, message });
    return true;
  }

  onClose(run: () => void): () => void {
    this.#closeListeners.push(run);
    return () => {
      this.#closeListeners = this.#closeListeners.filter((listener) => listener !== run);
    };
  }

  close(): void {
    this.isOpen = false;
    for (const run of this.#closeListeners) run();
  }

  get times(): number[] {
    return this.sent.map(({ atMs }) => atMs);
  }
}

function request(options: Partial<CallerOptions> = {}): SipRequest {
  const result = parseMessage(Buffer.from(composeRequest({ port: 5060, ...options }), "latin1"));
  if (result.type !== "message" || result.message.type !== "request") throw new Error("no request");
  return result.message;
}

function reply(to: SipRequest, status: number): SipResponse {
  return buildResponse(to, { status, reason: "Because", ...(status > 100 ? { toTag: "t" } : {}) });
}

interface Bench {
  readonly clock: FakeClock;
  readonly flow: RecordingFlow;
  readonly transactions: Transactions;
  /** What the user of the layer heard: statuses, "timeout", "failure", methods, in order. */
  readonly heard: (string | number)[];
  readonly received: ReceivedRequest[];
  readonly send: (message: SipRequest) => void;
}

function setUp(isReliable = false, maxTransactions = 100): Bench {
  const clock = new FakeClock();
  const flow = new RecordingFlow(clock, isReliable);
  const heard: (string | number)[] = [];
  const received: ReceivedRequest[] = [];
  const limits = { maxTransactions, maxTransactionsPerAddress: 4 };
  const transactions = new Transactions(clock, limits, {
    onRequest: (got) => {
      heard.push(got.request.method);
      received.push(got);
    },
    onCancel: (cancel, invite) => {
      heard.push(`CANCEL of ${invite === undefined ? "nothing" : invite.transaction.state}`);
      received.push(cancel);
    },
    onAck: () => heard.push("ACK"),
  });
  const send = (message: SipRequest): void => {
    transactions.send(message, flow, {
      onResponse: (response) => heard.push(response.status),
      onTimeout: () => heard.push("timeout"),
      onTransportFailure: () => heard.push("failure"),
      onTerminated: () => heard.push("over"),
    });
  };
  return { clock, flow, transactions, heard, received, send };
}

describe("an INVITE that we send", () => {
  it("is repeated over UDP at T1, doubling, and given up at 64*T1", () => {
    const { clock, flow, heard, transactions, send } = setUp();
    send(request());
    clock.advance(60_000);
    expect(flow.times).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(heard).toEqual(["timeout", "over"]);
    expect([transactions.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("isn't repeated over a stream, and given up at 64*T1 all the same", () => {
    const { clock, flow, heard, send } = setUp(true);
    send(request());
    clock.advance(31_999);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect(flow.times).toEqual([0]);
    expect(heard).toEqual(["timeout", "over"]);
  });

  it("rings for as long as it likes after a provisional response", () => {
    const { clock, flow, heard, transactions, send } = setUp();
    const invite = request();
    send(invite);
    transactions.receiveResponse(reply(invite, 180), peer);
    clock.advance(600_000);
    expect(flow.times).toEqual([0]);
    expect(heard).toEqual([180]);
  });

  it("acknowledges a failure itself, also when it is repeated, for 32 s", () => {
    const { clock, flow, heard, transactions, send } = setUp();
    const invite = request();
    send(invite);
    transactions.receiveResponse(reply(invite, 486), peer);
    transactions.receiveResponse(reply(invite, 486), peer);
    expect(flow.sent.map(({ line }) => line)).toEqual(["INVITE", "ACK", "ACK"]);
    expect(flow.sent[1]?.message.headers.find(({ name }) => name === "To")?.value).toContain("tag=t");
    expect(heard).toEqual([486]);
    clock.advance(32_000);
    expect(transactions.size).toBe(0);
  });

  it("tells a failure over a stream before it is over, which is at once", () => {
    const { flow, heard, transactions, send } = setUp(true);
    const invite = request();
    send(invite);
    transactions.receiveResponse(reply(invite, 486), peer);
    expect(heard).toEqual([486, "over"]);
    expect(flow.sent.map(({ line }) => line)).toEqual(["INVITE", "ACK"]);
    expect(transactions.size).toBe(0);
  });

  it("hands every 2xx to its user for 64*T1 (RFC 6026)", () => {
    const { clock, heard, transactions, send } = setUp();
    const invite = request();
    send(invite);
    transactions.receiveResponse(reply(invite, 200), peer);
    transactions.receiveResponse(reply(invite, 200), peer);
    clock.advance(32_000);
    transactions.receiveResponse(reply(invite, 200), peer);
    expect(heard).toEqual([200, 200, "over"]);
    expect([transactions.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("fails at once when its connection closes before a final response, and not after one", () => {
    const { flow, heard, transactions, send } = setUp(true);
    const answered = request();
    send(request());
    send(answered);
    transactions.receiveResponse(reply(answered, 200), peer);
    flow.close();
    expect(heard).toEqual([200, "failure", "over"]);
  });

  it("fails when it can't be sent at all", () => {
    const { clock, flow, heard, send } = setUp(true);
    flow.close();
    send(request());
    expect(heard).toEqual([]);
    clock.advance(0);
    expect(heard).toEqual(["failure", "over"]);
  });
});

describe("another request that we send", () => {
  it("is repeated over UDP at T1, doubling up to T2, and given up at 64*T1", () => {
    const { clock, flow, heard, transactions, send } = setUp();
    send(request({ method: "OPTIONS" }));
    clock.advance(60_000);
    expect(flow.times).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(heard).toEqual(["timeout", "over"]);
    expect([transactions.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("goes on every T2 after a provisional response, and hears the final one once", () => {
    const { clock, flow, heard, transactions, send } = setUp();
    const options = request({ method: "OPTIONS" });
    send(options);
    transactions.receiveResponse(reply(options, 100), peer);
    clock.advance(8000);
    expect(flow.times).toEqual([0, 4000, 8000]);
    transactions.receiveResponse(reply(options, 200), peer);
    transactions.receiveResponse(reply(options, 200), peer);
    clock.advance(5000);
    expect(heard).toEqual([100, 200, "over"]);
    expect([transactions.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("ends with its final response over a stream", () => {
    const { heard, transactions, send } = setUp(true);
    const options = request({ method: "OPTIONS" });
    send(options);
    transactions.receiveResponse(reply(options, 200), peer);
    expect(heard).toEqual([200, "over"]);
    expect(transactions.size).toBe(0);
  });

  it("ignores responses that match nothing", () => {
    const { heard, transactions, send } = setUp();
    send(request({ method: "OPTIONS", branch: "z9hG4bK-mine" }));
    transactions.receiveResponse(reply(request({ method: "OPTIONS", branch: "z9hG4bK-other" }), 200), peer);
    transactions.receiveResponse(reply(request({ method: "MESSAGE", branch: "z9hG4bK-mine" }), 200), peer);
    expect(heard).toEqual([]);
  });
});

describe("an INVITE that we receive", () => {
  it("is told once; repetitions get the last provisional response again", () => {
    const { flow, heard, received, transactions } = setUp();
    const invite = request();
    transactions.receiveRequest(invite, flow);
    received[0]?.transaction.respond(reply(invite, 180));
    transactions.receiveRequest(invite, flow);
    expect(heard).toEqual(["INVITE"]);
    expect(flow.sent.map(({ line }) => line)).toEqual(["SIP/2.0 180", "SIP/2.0 180"]);
  });

  it("repeats a failure over UDP at T1, doubling up to T2, until 64*T1", () => {
    const { clock, flow, received, transactions } = setUp();
    const invite = request();
    transactions.receiveRequest(invite, flow);
    received[0]?.transaction.respond(reply(invite, 486));
    clock.advance(60_000);
    expect(flow.times).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect([transactions.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("falls silent with the ACK of a failure, which its user never sees, and lingers for T4", () => {
    const { clock, flow, heard, received, transactions } = setUp();
    const invite = request({ branch: "z9hG4bK-1", callId: "c" });
    transactions.receiveRequest(invite, flow);
    received[0]?.transaction.respond(reply(invite, 486));
    transactions.receiveRequest(request({ method: "ACK", branch: "z9hG4bK-1", callId: "c" }), flow);
    clock.advance(4999);
    expect([flow.sent.length, transactions.size]).toEqual([1, 1]);
    clock.advance(1);
    expect(transactions.size).toBe(0);
    expect(heard).toEqual(["INVITE"]);
  });

  it("absorbs repetitions after its 2xx; the ACK of that goes to the user", () => {
    const { clock, flow, heard, received, transactions } = setUp();
    const invite = request({ branch: "z9hG4bK-1" });
    transactions.receiveRequest(invite, flow);
    received[0]?.transaction.respond(reply(invite, 200));
    transactions.receiveRequest(invite, flow);
    transactions.receiveRequest(request({ method: "ACK", branch: "z9hG4bK-2" }), flow);
    transactions.receiveRequest(request({ method: "ACK", branch: "z9hG4bK-1" }), flow);
    expect([flow.sent.length, heard]).toEqual([1, ["INVITE", "ACK", "ACK"]]);
    clock.advance(32_000);
    expect(transactions.size).toBe(0);
  });

  it("is found by its CANCEL", () => {
    const { flow, heard, transactions } = setUp();
    transactions.receiveRequest(request({ branch: "z9hG4bK-1" }), flow);
    transactions.receiveRequest(request({ method: "CANCEL", branch: "z9hG4bK-1" }), flow);
    transactions.receiveRequest(request({ method: "CANCEL", branch: "z9hG4bK-2" }), flow);
    expect(heard).toEqual(["INVITE", "CANCEL of proceeding", "CANCEL of nothing"]);
  });

  it("is matched without a unique branch too, as RFC 2543 did", () => {
    const { flow, heard, received, transactions } = setUp();
    const old = { branch: "old", callId: "c", fromTag: "f" };
    transactions.receiveRequest(request(old), flow);
    transactions.receiveRequest(request(old), flow);
    received[0]?.transaction.respond(reply(request(old), 486));
    transactions.receiveRequest(request({ ...old, method: "ACK" }), flow);
    expect(received[0]?.transaction.state).toBe("confirmed");
    expect(heard).toEqual(["INVITE"]);
  });
});

describe("another request that we receive", () => {
  it("gets its final response again when repeated, for 64*T1", () => {
    const { clock, flow, heard, received, transactions } = setUp();
    const options = request({ method: "OPTIONS" });
    transactions.receiveRequest(options, flow);
    transactions.receiveRequest(options, flow);
    expect(flow.sent).toEqual([]);
    received[0]?.transaction.respond(reply(options, 200));
    transactions.receiveRequest(options, flow);
    expect([flow.sent.length, heard]).toEqual([2, ["OPTIONS"]]);
    clock.advance(32_000);
    expect([transactions.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("is forgotten when nobody answers it", () => {
    const { clock, flow, transactions } = setUp();
    transactions.receiveRequest(request({ method: "OPTIONS" }), flow);
    clock.advance(32_000);
    expect([transactions.size, flow.sent.length]).toEqual([0, 0]);
  });
});

describe("the transaction layer", () => {
  it("refuses with 503 when it is full, without keeping anything", () => {
    const { flow, heard, transactions } = setUp(false, 2);
    for (let count = 0; count < 5; count++) transactions.receiveRequest(request(), flow);
    expect(heard).toEqual(["INVITE", "INVITE"]);
    expect(transactions.size).toBe(2);
    expect(flow.sent.map(({ line }) => line)).toEqual(["SIP/2.0 503", "SIP/2.0 503", "SIP/2.0 503"]);
  });

  it("refuses a flooding source before the others", () => {
    const { clock, flow, heard, transactions } = setUp();
    for (let count = 0; count < 6; count++) transactions.receiveRequest(request({ method: "OPTIONS" }), flow);
    expect(heard).toHaveLength(4);
    const other = new RecordingFlow(clock, false, { host: "192.0.2.99", port: 5060 });
    transactions.receiveRequest(request({ method: "OPTIONS" }), other);
    expect([heard.length, other.sent.length]).toEqual([5, 0]);
    clock.advance(32_000);
    transactions.receiveRequest(request({ method: "OPTIONS" }), flow);
    expect(heard).toHaveLength(6);
  });

  it("leaves no timer behind when it closes", () => {
    const { clock, flow, transactions, send } = setUp();
    send(request());
    send(request({ method: "OPTIONS" }));
    transactions.receiveRequest(request(), flow);
    transactions.close();
    expect([transactions.size, clock.pendingTimers]).toEqual([0, 0]);
  });
});
