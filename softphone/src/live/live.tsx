import { createContext, use, useEffect, useState, type ReactNode } from "react";
import { useStore } from "../shared/store.ts";
import type { LiveState } from "./core/live-state.ts";
import type { LinkStatus, Realtime } from "./realtime.ts";

const LiveContext = createContext<Realtime | null>(null);

export function LiveProvider(props: { realtime: Realtime; children: ReactNode }) {
  return <LiveContext value={props.realtime}>{props.children}</LiveContext>;
}

/** The realtime connection of this tab; only below a LiveProvider. */
export function useRealtime(): Realtime {
  const realtime = use(LiveContext);
  if (realtime === null) throw new Error("useRealtime outside LiveProvider");
  return realtime;
}

/** A part of the live state; `select` must return what is in it, not a new object. */
export function useLive<T>(select: (state: LiveState) => T): T {
  return useStore(useRealtime().state, select);
}

export function useLinkStatus(): LinkStatus {
  return useStore(useRealtime().status, (status) => status);
}

/** The server's time in epoch milliseconds, ticking on whole seconds. */
export function useNow(): number {
  const realtime = useRealtime();
  const [now, setNow] = useState(() => realtime.now());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const time = realtime.now();
      setNow(time);
      timer = setTimeout(tick, 1_000 - (time % 1_000));
    };
    tick();
    return () => clearTimeout(timer);
  }, [realtime]);
  return now;
}
