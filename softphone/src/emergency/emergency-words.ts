import { telephony, type emergency as contract } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useLabels } from "../shared/labels.ts";

type Described = Pick<contract.Emergency, "mode" | "ending" | "scope" | "waiting">;

/** What the switch does, as sentences: what becomes of callers, whose, and of those who wait. */
export function useEmergencySentences(emergency: Described): string[] {
  const { t } = useTranslation();
  const labels = useLabels();
  const { mode, ending, scope, waiting } = emergency;
  const numbers = useQuery({
    queryKey: ["numbers"],
    queryFn: () => call(telephony.listNumbers),
    enabled: scope.kind === "numbers",
  });
  const target = { "hang-up": "", voicemail: "", number: "", flow: "" };
  if (ending.kind === "voicemail") target.voicemail = labels.queue(ending.queueId);
  if (ending.kind === "number") target.number = ending.number;
  if (ending.kind === "flow") target.flow = labels.flow(ending.flowId);
  const named =
    scope.kind === "all"
      ? ""
      : scope.kind === "queues"
        ? scope.queueIds.map((id) => labels.queue(id)).join(", ")
        : (numbers.data?.numbers ?? [])
            .filter(({ id }) => scope.numberIds.includes(id))
            .map(({ number }) => number)
            .join(", ");
  return [
    mode === "message"
      ? t("emergency.does.message")
      : t(`emergency.does.${ending.kind}`, { target: target[ending.kind] }),
    t(`emergency.for.${scope.kind}`, { names: named }),
    ...(mode === "closed" ? [t(`emergency.whoWaits.${waiting}`)] : []),
  ];
}
