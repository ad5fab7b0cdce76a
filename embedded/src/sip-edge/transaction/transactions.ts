import type { Cancel, Clock } from "../clock.ts";
import { buildResponse } from "../grammar/build-response.ts";
import type { SipMessage, SipRequest, SipResponse } from "../grammar/message.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";
import type { Address, Flow } from "../transport/flow.ts";
import type { ClientTransaction, ClientTransactionUser, Wire } from "./client-transaction.ts";
import { InviteClientTransaction } from "./invite-client-transaction.ts";
import { InviteServerTransaction } from "./invite-server-transaction.ts";
import { NonInviteClientTransaction } from "./non-invite-client-transaction.ts";
import { NonInviteServerTransaction } from "./non-invite-server-transaction.ts";
import type { ServerTransaction } from "./server-transaction.ts";
import { clientTransactionKey, serverTransactionKey } from "./transaction-key.ts";

/** A request of the network together with its transaction and the flow that it came by. */
export interface ReceivedRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly transaction: ServerTransaction;
}

export interface TransactionsUser {
  onRequest(received: ReceivedRequest): void;
  /** CANCEL with the INVITE that it names, when that is still known. */
  onCancel(cancel: ReceivedRequest, invite: ReceivedRequest | undefined): void;
  /** An ACK that belongs to no failed INVITE: that of a 2xx. */
  onAck(ack: SipRequest, flow: Flow): void;
}

export interface TransactionLimits {
  /** In all; further requests of the network get 503. */
  readonly maxTransactions: number;
  /** Of the network's requests, so that one flooding source doesn't keep the others out. */
  readonly maxTransactionsPerAddress: number;
}

/** Matches messages to transactions (RFC 3261 sections 17.1.3 and 17.2.3) and bounds how many there are. */
export class Transactions {
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ReceivedRequest>();
  readonly #clock: Clock;
  readonly #user: TransactionsUser;
  readonly #limits: TransactionLimits;
  readonly #perAddress = new Map<string, number>();

  constructor(clock: Clock, limits: TransactionLimits, user: TransactionsUser) {
    this.#clock = clock;
    this.#limits = limits;
    this.#user = user;
  }

  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** Requests of ours that have no final answer yet. */
  get openClientCount(): number {
    const open = new Set(["calling", "trying", "proceeding"]);
    return [...this.#clients.values()].filter((transaction) => open.has(transaction.state)).length;
  }

  receiveResponse(response: SipResponse, source: Address): void {
    const key = clientTransactionKey(response);
    if (key !== undefined) this.#clients.get(key)?.receive(response, source);
  }

  receiveRequest(request: SipRequest, flow: Flow): void {
    const known = this.#servers.get(serverTransactionKey(request));
    if (known !== undefined) {
      if (request.method === "ACK" && known.transaction.state === "accepted") this.#user.onAck(request, flow);
      else known.transaction.receive(request);
      return;
    }
    if (request.method === "ACK") {
      this.#user.onAck(request, flow);
      return;
    }
    if (this.#isFullFor(flow.remote.host)) {
      refuseStatelessly(request, flow);
      return;
    }
    this.#open(request, flow);
  }

  /** Begins to send a request; the top Via must carry a fresh branch. */
  send(request: SipRequest, flow: Flow, user: ClientTransactionUser): ClientTransaction {
    const key = clientTransactionKey(request);
    if (key === undefined) throw new Error("A request needs a Via branch and a CSeq before it can be sent");
    let stopWatching: Cancel = () => undefined;
    const watched: ClientTransactionUser = {
      ...bindUser(user),
      onTerminated: () => {
        stopWatching();
        this.#clients.delete(key);
        user.onTerminated();
      },
    };
    const wire = new FlowWire(flow, this.#clock, () => transaction.transportFailed());
    const transaction: ClientTransaction =
      request.method === "INVITE"
        ? new InviteClientTransaction(request, wire, this.#clock, watched)
        : new NonInviteClientTransaction(request, wire, this.#clock, watched);
    this.#clients.set(key, transaction);
    stopWatching = flow.onClose(() => transaction.transportFailed());
    transaction.start();
    return transaction;
  }

  /** Forgets everything without another word. */
  close(): void {
    for (const transaction of this.#clients.values()) transaction.abandon();
    for (const { transaction } of this.#servers.values()) transaction.abandon();
  }

  #isFullFor(host: string): boolean {
    const { maxTransactions, maxTransactionsPerAddress } = this.#limits;
    return this.size >= maxTransactions || (this.#perAddress.get(host) ?? 0) >= maxTransactionsPerAddress;
  }

  #open(request: SipRequest, flow: Flow): void {
    const key = serverTransactionKey(request);
    const { host } = flow.remote;
    this.#perAddress.set(host, (this.#perAddress.get(host) ?? 0) + 1);
    const user = {
      onTerminated: () => {
        this.#servers.delete(key);
        const left = (this.#perAddress.get(host) ?? 1) - 1;
        if (left > 0) this.#perAddress.set(host, left);
        else this.#perAddress.delete(host);
      },
    };
    const wire = new FlowWire(flow, this.#clock, () => undefined);
    const transaction: ServerTransaction =
      request.method === "INVITE"
        ? new InviteServerTransaction(request, wire, this.#clock, user)
        : new NonInviteServerTransaction(request, wire, this.#clock, user);
    const received = { request, flow, transaction };
    this.#servers.set(key, received);
    if (request.method !== "CANCEL") this.#user.onRequest(received);
    else this.#user.onCancel(received, this.#servers.get(serverTransactionKey(request, "INVITE")));
  }
}

/** Sends over a flow; a failure is told a moment later, never from inside of send(). */
class FlowWire implements Wire {
  readonly isReliable: boolean;
  readonly #flow: Flow;
  readonly #clock: Clock;
  readonly #onFailure: () => void;

  constructor(flow: Flow, clock: Clock, onFailure: () => void) {
    this.isReliable = flow.isReliable;
    this.#flow = flow;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  send(message: SipMessage): void {
    if (!this.#flow.send(serializeMessage(message))) this.#clock.after(0, this.#onFailure);
  }
}

function bindUser(user: ClientTransactionUser): ClientTransactionUser {
  return {
    onResponse: (response, source) => {
      user.onResponse(response, source);
    },
    onTimeout: () => {
      user.onTimeout();
    },
    onTransportFailure: () => {
      user.onTransportFailure();
    },
    onTerminated: () => {
      user.onTerminated();
    },
  };
}

function refuseStatelessly(request: SipRequest, flow: Flow): void {
  const headers = [{ name: "Retry-After", value: "5" }];
  flow.send(
    serializeMessage(buildResponse(request, { status: 503, reason: "Service Unavailable", headers })),
  );
}
