/** Notices in a talk that the agent's browser has vanished, long before the media path would say so. */
import type { World } from "./world.ts";

/** Without its SIP connection a browser gets this long to come back, as long as its realtime connection stands. */
const reconnectGraceMs = 10_000;

/**
 * Resolves with the cause once the agent is gone: the softphone's connection and the realtime connection are both
 * lost (the tab was closed), or the softphone's stays lost; also if that happened before the watch began. `stop` ends
 * the watch. A leg to a desk phone is not watched: its own BYE tells, or its silence (cause "media-lost").
 */
export function watchForAgentGone(
  { agentId: personId, isSoftphone }: { agentId: string; isSoftphone: boolean },
  world: World,
): { gone: Promise<string>; stop: () => void } {
  const { telephony, agents, clock } = world;
  let stopTimer = () => {};
  let report: (cause: string) => void = () => {};
  const gone = new Promise<string>((resolve) => (report = resolve));
  const isConnected = () => agents.standing(personId)?.connected ?? false;
  const judge = () => {
    const hasSoftphone = telephony.registrar.devicesOf(personId).includes("softphone");
    stopTimer();
    if (!isSoftphone || hasSoftphone) return;
    if (!isConnected()) {
      report("tab-closed");
      return;
    }
    stopTimer = clock.setTimer(clock.now() + reconnectGraceMs, () => {
      report("connection-lost");
    });
  };
  const stops = [
    telephony.registrar.onUnregistered((id) => {
      if (id === personId) judge();
    }),
    telephony.registrar.onRegistered((id) => {
      if (id === personId) judge();
    }),
    agents.on((now) => {
      if (now.personId === personId) judge();
    }),
  ];
  judge(); // the tab may have been closed between the answer and the bridge
  return {
    gone,
    stop: () => {
      for (const stop of stops) stop();
      stopTimer();
    },
  };
}
