/** Functions that run in the browser's page, sent there as text; what they use of the browser is declared here. */

interface Stat {
  type: string;
  selectedCandidatePairId?: string;
  localCandidateId?: string;
  remoteCandidateId?: string;
  candidateType?: string;
  relayProtocol?: string;
  address?: string;
}
declare class Connection {
  readonly iceConnectionState: string;
  getStats(): Promise<Map<string, Stat>>;
}
declare class WebSocket {
  send(data: string): void;
}
declare const window: {
  RTCPeerConnection: typeof Connection;
  WebSocket: { prototype: WebSocket };
  __connections?: Connection[];
  __answering?: { clickedAt: number; sentAt: number };
};
declare const document: { addEventListener(type: "click", listener: () => void, capture: boolean): void };

/** The two ends of the way that a call's sound takes. */
export interface Way {
  localType: string | undefined;
  /** How the browser talks to the relay, if it does. */
  relayProtocol: string | undefined;
  remoteAddress: string | undefined;
}

/** From now on the page's peer connections are known to `wayOfSound`, and its answers to `answerDelayMs`. */
export function watchCalls(): void {
  const known: Connection[] = [];
  window.__connections = known;
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args: []) {
      super(...args);
      known.push(this);
    }
  };
  const answering = { clickedAt: 0, sentAt: 0 };
  window.__answering = answering;
  document.addEventListener("click", () => (answering.clickedAt = performance.now()), true);
  const { prototype } = window.WebSocket;
  const send = (socket: WebSocket, data: string) => real.call(socket, data);
  const real = prototype.send;
  prototype.send = function (data) {
    if (/^SIP\/2\.0 200 [^]*application\/sdp/.test(data)) answering.sentAt = performance.now();
    send(this, data);
  };
}

/** From the click to the 200 OK with the offer: what waiting for candidates costs. */
export function answerDelayMs(): number {
  const { clickedAt, sentAt } = window.__answering ?? { clickedAt: 0, sentAt: -1 };
  return sentAt - clickedAt;
}

/** Of the newest connection; null when it has none. */
export async function wayOfSound(): Promise<Way | null> {
  const connection = window.__connections?.at(-1);
  if (connection === undefined || !["connected", "completed"].includes(connection.iceConnectionState))
    return null;
  const stats = await connection.getStats();
  const transport = [...stats.values()].find((stat) => stat.type === "transport");
  const pair = stats.get(transport?.selectedCandidatePairId ?? "");
  const local = stats.get(pair?.localCandidateId ?? "");
  const remote = stats.get(pair?.remoteCandidateId ?? "");
  if (local === undefined) return null;
  return {
    localType: local.candidateType,
    relayProtocol: local.relayProtocol,
    remoteAddress: remote?.address,
  };
}
