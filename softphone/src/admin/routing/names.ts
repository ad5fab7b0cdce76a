import { telephony } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { useLabels } from "../../shared/labels.ts";
import { useRouting } from "./routing-context.tsx";

/** All flows, by name. */
export function useFlowNames(): { id: string; name: string }[] {
  const query = useQuery({ queryKey: ["flows"], queryFn: () => call(telephony.listFlows) });
  return query.data?.flows ?? [];
}

/** Names of whatever a document may name by id: of the draft first, then of what is published. */
export function useNames(): (id: string) => string {
  const labels = useLabels();
  const flows = useFlowNames();
  const { document, loaded } = useRouting();
  return (id) => {
    const things = [document, loaded.document].flatMap(({ queues, teams, schedules, skills }) => [
      ...queues,
      ...teams,
      ...schedules,
      ...skills,
    ]);
    const known = [...things, ...labels.people, ...flows].find((one) => one.id === id);
    return known?.name ?? id.slice(0, 8);
  };
}
