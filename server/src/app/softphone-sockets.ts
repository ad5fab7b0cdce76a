/** Softphones' SIP over WebSocket: each goes to a SIP edge that is up, and leaves one that is lost. */
import type { Clock } from "../base/clock.ts";
import {
  proxySipSocket,
  type SipSocketProxy,
  type SipSocketProxyOptions,
  type SipSocketTarget,
} from "../telephony/sip-socket-proxy.ts";
import type { Telephony } from "../telephony/telephony.ts";

/** A control connection that breaks is mostly back in a moment, and the websockets then need not move. */
const lostAfterMs = 3_000;

export function openSoftphoneSockets(
  { telephony, webSockets }: { telephony: Telephony; webSockets: readonly SipSocketTarget[] },
  { clock, ...options }: Pick<SipSocketProxyOptions, "addressOf" | "mostPerAddress"> & { clock: Clock },
): SipSocketProxy {
  let turn = 0;
  const upOnes = () => webSockets.filter(({ edge }) => telephony.isEdgeUp(edge));
  const proxy = proxySipSocket({
    ...options,
    target: () => {
      // An edge whose control connection is broken can still be there when that is mended.
      const candidates = upOnes().length > 0 ? upOnes() : webSockets;
      return candidates[turn++ % Math.max(1, candidates.length)] ?? null;
    },
    onClose: (address, port, edge) => {
      telephony.registrar.connectionClosed(address, port, edge);
    },
  });
  const timers = new Set<() => void>();
  const stopListening = telephony.onEdgeDown((edge) => {
    const cancel = clock.setTimer(clock.now() + lostAfterMs, () => {
      timers.delete(cancel);
      if (!telephony.isEdgeUp(edge) && upOnes().length > 0) proxy.leaveEdge(edge);
    });
    timers.add(cancel);
  });
  const { close } = proxy;
  return Object.assign(proxy, {
    close: () => {
      stopListening();
      for (const cancel of timers) cancel();
      close();
    },
  });
}
