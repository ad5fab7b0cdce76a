import { agentDesk } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";

export interface Labels {
  /** A number as it is, words for callers without one. */
  caller(from: string): string;
  person(id: string | null): string;
  queue(id: string | null): string;
  flow(id: string | null): string;
  disposition(id: string | null): string;
  /** Of a reason's id, or of one that the system sets. */
  reason(idOrSystem: string | null): string;
  queues: { id: string; name: string }[];
  people: { id: string; name: string }[];
}

const systemReasons = ["signed-in", "not-responding", "unreachable", "failing", "connection-lost"] as const;
export type SystemReason = (typeof systemReasons)[number];

/** Whether the server, not the agent, chose the reason for not being ready. */
export function isSystemReason(reason: string | null): reason is SystemReason {
  return systemReasons.some((one) => one === reason);
}

const nothing = { people: [], queues: [], flows: [], dispositions: [], notReadyReasons: [] };

/** Names for ids; a dash for null, a short id for one that isn't known. */
export function useLabels(): Labels {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["labels"],
    queryFn: () => call(agentDesk.listLabels),
    staleTime: 60_000,
  });
  return useMemo(() => {
    const data = query.data ?? nothing;
    const nameIn = (list: readonly { id: string; name?: string; label?: string }[]) => {
      const names = new Map(list.map((one) => [one.id, one.name ?? one.label ?? one.id]));
      return (id: string | null) => (id === null ? "–" : (names.get(id) ?? id.slice(0, 8)));
    };
    const reason = nameIn(data.notReadyReasons);
    return {
      caller: (from) => (from === "web" || from === "anonymous" ? t(`caller.${from}`) : from),
      person: nameIn(data.people),
      queue: nameIn(data.queues),
      flow: nameIn(data.flows),
      disposition: nameIn(data.dispositions),
      reason: (id) => {
        if (isSystemReason(id)) return t(`systemReason.${id}`);
        return reason(id);
      },
      queues: data.queues,
      people: data.people,
    };
  }, [query.data, t]);
}
