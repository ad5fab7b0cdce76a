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
declare const window: { RTCPeerConnection: typeof Connection; __connections?: Connection[] };

/** The two ends of the way that a call's sound takes. */
export interface Way {
  localType: string | undefined;
  /** How the browser talks to the relay, if it does. */
  relayProtocol: string | undefined;
  remoteAddress: string | undefined;
}

/** From now on the page's peer connections are known to `wayOfSound`. */
export function rememberConnections(): void {
  const known: Connection[] = [];
  window.__connections = known;
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args: []) {
      super(...args);
      known.push(this);
    }
  };
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
