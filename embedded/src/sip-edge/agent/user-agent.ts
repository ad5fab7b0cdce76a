import type { Clock } from "../clock.ts";
import type { ControlRequest } from "../control/app-message.ts";
import type { ControlClient } from "../control/control-client.ts";
import { refuse } from "../control/replies.ts";
import { VerbRoutes } from "../control/verb-routes.ts";
import { Dialogs } from "../dialog/dialogs.ts";
import type { SipRequest } from "../grammar/message.ts";
import type { SipEdgeLog } from "../log.ts";
import { Transactions, type ReceivedRequest, type TransactionLimits } from "../transaction/transactions.ts";
import type { Flow } from "../transport/flow.ts";
import type { Inbox } from "../transport/listener.ts";
import { Transports, type TransportsConfig } from "../transport/transports.ts";
import { AppRequests, type AppCommand } from "./app-requests.ts";
import { AppResponses } from "./app-responses.ts";
import type { EdgeContext } from "./edge-context.ts";
import { HangUp } from "./hang-up.ts";
import { IncomingRequests } from "./incoming-requests.ts";
import { Intake } from "./intake.ts";
import { PendingRequests } from "./pending-request.ts";
import { Registrations } from "./registrations.ts";
import { ReliableProvisionals } from "./reliable-provisionals.ts";
import { Responses } from "./responses.ts";
import { Sender } from "./sender.ts";
import { SentRequests } from "./sent-requests.ts";
import { SessionRefresh } from "./session-refresh.ts";
import { SessionTimers } from "./session-timers.ts";
import { Strangers } from "./strangers.ts";

export interface UserAgentLimits extends TransactionLimits {
  readonly maxRegistrations: number;
}

export interface UserAgentSettings {
  readonly clock: Clock;
  readonly limits: UserAgentLimits;
  readonly log: SipEdgeLog;
}

/** How long farewells may take before the sockets close. */
const farewellMs = 1000;

/** Puts the layers together: transports below, applications above. Owns everything between. */
export class UserAgent {
  readonly routes = new VerbRoutes();
  readonly transports: Transports;
  readonly #clock: Clock;
  readonly #log: SipEdgeLog;
  readonly #dialogs = new Dialogs();
  readonly #transactions: Transactions;
  readonly #incoming: IncomingRequests;
  readonly #appResponses: AppResponses;
  readonly #appRequests: AppRequests;
  readonly #responses: Responses;
  readonly #reliables: ReliableProvisionals;
  readonly #hangUp: HangUp;

  private constructor(settings: UserAgentSettings, ground: Ground, transports: Transports) {
    const { clock, limits } = settings;
    this.#clock = clock;
    this.#log = settings.log;
    this.transports = transports;
    this.#transactions = new Transactions(clock, limits, {
      onRequest: (received) => this.#incoming.onRequest(received),
      onCancel: (cancel: ReceivedRequest, invite) => this.#incoming.onCancel(cancel, invite),
      onAck: (ack: SipRequest, flow: Flow) => this.#incoming.onAck(ack, flow),
    });
    const { registrations, strangers } = ground;
    const sender = new Sender(transports, this.#transactions, registrations);
    this.#hangUp = new HangUp(sender, this.#dialogs, clock);
    const context: EdgeContext = {
      clock,
      dialogs: this.#dialogs,
      registrations,
      strangers,
      routes: this.routes,
      sender,
      hangUp: this.#hangUp,
    };
    const refresh = new SessionRefresh(context);
    const sessionTimers = new SessionTimers(clock, {
      refresh: (dialog, seconds) => refresh.start(dialog, seconds, sessionTimers),
      expire: (dialog) => this.#hangUp.end(dialog, "Session timer expired"),
      forget: (dialog) => this.#dialogs.remove(dialog),
    });
    const pending = new PendingRequests();
    const sent = new SentRequests();
    this.#reliables = new ReliableProvisionals(clock);
    this.#incoming = new IncomingRequests(context, pending, this.#reliables, sessionTimers);
    this.#appResponses = new AppResponses(context, pending, this.#reliables, sessionTimers);
    this.#responses = new Responses(context, sent, this.#transactions, sessionTimers);
    this.#appRequests = new AppRequests(context, transports, sent, this.#responses);
    ground.attach({
      intake: new Intake({
        onRequest: (request, flow) => this.#transactions.receiveRequest(request, flow),
        onResponse: (response, flow) => this.#transactions.receiveResponse(response, flow.remote),
      }),
      isInUse: (flow) => this.#dialogs.isUsing(flow) || registrations.isUsing(flow),
    });
  }

  static async open(
    settings: UserAgentSettings,
    config: Omit<TransportsConfig, "clock">,
  ): Promise<UserAgent> {
    const registrations = new Registrations(settings.clock, settings.limits.maxRegistrations);
    const strangers = new Strangers(settings.clock, settings.log);
    const ground = new Ground(registrations, strangers, settings.log);
    const transports = await Transports.open({ ...config, clock: settings.clock }, ground);
    return new UserAgent(settings, ground, transports);
  }

  stats(): { transactions: number; dialogs: number; connections: number } {
    return {
      transactions: this.#transactions.size,
      dialogs: this.#dialogs.size,
      connections: this.transports.connectionCount,
    };
  }

  /** `sip|txnId|dialogId[|routeUrl]` and its message. */
  onSip(client: ControlClient, request: ControlRequest): void {
    try {
      this.#dispatch(client, request);
    } catch (error) {
      this.#log.error(
        { error, verb: request.message.startLine.split(" ", 1)[0] },
        "Bug: an application's message failed",
      );
      refuse(client, request.id, "Internal server error");
    }
  }

  onClientClosed(client: ControlClient): void {
    this.#incoming.onClientClosed(client);
    this.#responses.onClientClosed(client);
  }

  /** Says goodbye to everybody, waits a moment for the answers, then closes every socket. */
  async close(): Promise<void> {
    this.#incoming.refuseAll();
    this.#responses.cancelAll();
    for (const dialog of this.#dialogs.all) {
      if (dialog.isConfirmed) this.#hangUp.end(dialog, "server shutting down");
    }
    await this.#waitForFarewells();
    this.#reliables.close();
    for (const dialog of this.#dialogs.all) this.#dialogs.remove(dialog);
    this.#transactions.close();
    await this.transports.close();
  }

  #dispatch(client: ControlClient, { id: messageId, args, message: app }: ControlRequest): void {
    const command = { client, messageId, app };
    const [transactionId = "", dialogId = "", routeUrl = ""] = args;
    if (app.startLine.startsWith("SIP/")) {
      if (transactionId === "") refuse(client, messageId, "transaction id missing");
      else this.#appResponses.respond(command, transactionId);
    } else if (dialogId !== "") this.#appRequests.sendInDialog(command, dialogId);
    else if (app.startLine.startsWith("CANCEL ")) this.#appRequests.cancel(command, transactionId);
    else this.#sendByCallId(command, routeUrl);
  }

  /** drachtio: an application may name a dialog by its Call-ID alone. */
  #sendByCallId(command: AppCommand, routeUrl: string): void {
    const callId = command.app.headers.find(({ name }) => name === "Call-ID")?.value;
    const dialog = callId === undefined ? undefined : this.#dialogs.findByCallId(callId);
    if (dialog === undefined) this.#appRequests.sendOutside(command, routeUrl);
    else this.#appRequests.sendInDialog(command, dialog.id);
  }

  async #waitForFarewells(): Promise<void> {
    const deadlineMs = this.#clock.now() + farewellMs;
    while (this.#transactions.openClientCount > 0 && this.#clock.now() < deadlineMs) {
      await new Promise<void>((resolve) => void this.#clock.after(20, resolve));
    }
  }
}

/** Stands between transports and user agent, because each needs the other to begin. */
class Ground implements Inbox {
  readonly registrations: Registrations;
  readonly strangers: Strangers;
  readonly #log: SipEdgeLog;
  #agent: { readonly intake: Intake; isInUse(flow: Flow): boolean } | undefined;

  constructor(registrations: Registrations, strangers: Strangers, log: SipEdgeLog) {
    this.registrations = registrations;
    this.strangers = strangers;
    this.#log = log;
  }

  attach(agent: { readonly intake: Intake; isInUse(flow: Flow): boolean }): void {
    this.#agent = agent;
  }

  onBytes(bytes: Buffer, flow: Flow): void {
    if (flow.protocol === "udp" && this.strangers.isSilenced(flow.remote.host)) return;
    try {
      this.#agent?.intake.onBytes(bytes, flow);
    } catch (error) {
      const source = `${flow.protocol} ${flow.remote.host}:${String(flow.remote.port)}`;
      this.#log.error({ error, source }, "Bug: a message of the network failed");
    }
  }

  onBroken(status: 400 | 513, head: Buffer, flow: Flow): void {
    this.#agent?.intake.onBroken(status, head, flow);
  }

  isInUse(flow: Flow): boolean {
    return this.#agent?.isInUse(flow) ?? false;
  }

  onListenerError(error: Error, listener: string): void {
    this.#log.error({ error, listener }, "A listener has trouble");
  }

  onFlowClosed(flow: Flow): void {
    this.registrations.forget(flow);
  }
}
