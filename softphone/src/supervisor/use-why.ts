import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { useRealtime } from "../live/live.tsx";

/** Live events come in bursts; the router is asked at most so often. */
const askEveryMs = 1_000;
/** Time passes without an event, too: rings and delays open. */
const askAnywayEveryMs = 5_000;

/** An explanation that stays current while there is something to explain: asked again after live events. */
export function useWhy<T>(about: readonly string[], ask: () => Promise<T>, isOpen = true): UseQueryResult<T> {
  const { state } = useRealtime();
  const query = useQuery({
    queryKey: ["why", ...about],
    queryFn: ask,
    enabled: isOpen,
    staleTime: 0,
    refetchInterval: askAnywayEveryMs,
    retry: false,
  });
  const { refetch } = query;
  useEffect(() => {
    if (!isOpen) return undefined;
    let askedAt = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askAgain = () => {
      timer = undefined;
      askedAt = Date.now();
      void refetch();
    };
    const stop = state.subscribe(() => {
      timer ??= setTimeout(askAgain, Math.max(0, askedAt + askEveryMs - Date.now()));
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [state, refetch, isOpen]);
  return query;
}
