import { buildDialogRequest, type Dialog, type DialogRequest } from "../dialog/dialog.ts";
import type { SipRequest } from "../grammar/message.ts";
import { parseNameAddr } from "../grammar/name-addr.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";
import { bracketHost } from "../grammar/uri.ts";
import { newBranch } from "../identifiers.ts";
import type { ClientTransaction, ClientTransactionUser } from "../transaction/client-transaction.ts";
import type { Transactions } from "../transaction/transactions.ts";
import { isIP } from "node:net";
import { connectionGone, unreachable, type Flow } from "../transport/flow.ts";
import { hopOf, isUnreachableName, resolveHop, type Hop } from "../transport/next-hop.ts";
import type { Transports } from "../transport/transports.ts";
import type { Registrations } from "./registrations.ts";

export interface SentRequest {
  readonly request: SipRequest;
  readonly transaction: ClientTransaction;
}

/** Finds the way for requests, puts our Via on them and begins their transactions. */
export class Sender {
  readonly #transports: Transports;
  readonly #transactions: Transactions;
  readonly #registrations: Registrations;

  constructor(transports: Transports, transactions: Transactions, registrations: Registrations) {
    this.#transports = transports;
    this.#transactions = transactions;
    this.#registrations = registrations;
  }

  /** Undefined when the URI is none, or asks for a transport that isn't listened on. */
  hopOf(uri: string): Hop | undefined {
    const hop = hopOf(uri, this.#transports.defaultProtocol);
    return hop !== undefined && this.#transports.isListening(hop.protocol) ? hop : undefined;
  }

  /** At once for an IP address; after asking DNS for a name. A name that isn't there gives a dead flow. */
  flowFor(hop: Hop): Flow | Promise<Flow> {
    const unresolved = { host: hop.host, port: hop.port };
    if (isIP(hop.host) !== 0) return this.#transports.flowTo(hop.protocol, unresolved);
    if (isUnreachableName(hop.host))
      return this.#transports.deadFlow(hop.protocol, unresolved, connectionGone);
    return resolveHop(hop).then((remote) =>
      remote === undefined
        ? this.#transports.deadFlow(hop.protocol, unresolved, unreachable)
        : this.#transports.flowTo(hop.protocol, remote, hop.host),
    );
  }

  /**
   * The way of a dialog: the connection that its peer registered again on, the dialog's own connection, the
   * address behind a NAT, or else where the route set or the remote target points.
   */
  flowOf(dialog: Dialog): Flow | Promise<Flow> {
    const moved = this.#registrations.find(dialog.remoteTarget);
    if (moved !== undefined) return moved;
    if (dialog.flow.isReliable && dialog.flow.isOpen) return dialog.flow;
    if (dialog.natHop !== undefined) return this.#transports.flowTo(dialog.flow.protocol, dialog.natHop);
    const [route] = dialog.routeSet;
    const hop = this.hopOf(
      (route === undefined ? undefined : parseNameAddr(route)?.uri) ?? dialog.remoteTarget,
    );
    if (hop !== undefined && !isUnreachableName(hop.host)) return this.flowFor(hop);
    return this.#transports.deadFlow(dialog.flow.protocol, dialog.flow.remote, dialog.flow.failure);
  }

  /** A request in the dialog, still without Via. */
  compose(dialog: Dialog, content: DialogRequest): SipRequest {
    return buildDialogRequest(dialog, content);
  }

  send(request: SipRequest, flow: Flow, user: ClientTransactionUser): SentRequest {
    const complete = withVia(request, flow);
    return { request: complete, transaction: this.#transactions.send(complete, flow, user) };
  }

  sendInDialog(dialog: Dialog, content: DialogRequest, flow: Flow, user: ClientTransactionUser): SentRequest {
    return this.send(buildDialogRequest(dialog, content), flow, user);
  }

  /** An ACK for a 2xx has no transaction (RFC 3261 section 13.2.2.4); kept, to repeat it when the 2xx is. */
  sendAck(dialog: Dialog, content: DialogRequest, flow: Flow): SipRequest {
    const ack = withVia(buildDialogRequest(dialog, content), flow);
    dialog.lastAck = { request: ack, flow, cseq: content.cseq };
    flow.send(serializeMessage(ack));
    return ack;
  }
}

function withVia(request: SipRequest, flow: Flow): SipRequest {
  const { host, port } = flow.local;
  const transport = flow.protocol.toUpperCase();
  const value = `SIP/2.0/${transport} ${bracketHost(host)}:${String(port)};rport;branch=${newBranch()}`;
  return { ...request, headers: [{ name: "Via", value }, ...request.headers] };
}

/** Goes on at once when the way is known, so that an application's requests keep their order. */
export function withFlow(flow: Flow | Promise<Flow>, go: (flow: Flow) => void): void {
  if (flow instanceof Promise) void flow.then(go);
  else go(flow);
}
