import { Button } from "@mantine/core";
import { trunks } from "@ringdown/contract";
import { IconStethoscope } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.ts";
import { useFormats } from "../../shared/format.ts";
import { useAction } from "../../shared/refusals.tsx";
import { Line } from "./trunk-state.tsx";

/** Asks the carrier now. */
export function useTrunkCheck(trunk: trunks.Trunk) {
  const queries = useQueryClient();
  return useAction(() => call(trunks.checkTrunk, { params: { trunkId: trunk.id } }), {
    onDone: () => void queries.invalidateQueries({ queryKey: ["trunks"] }),
  });
}

export function CheckButton(props: { trunk: trunks.Trunk; check: ReturnType<typeof useTrunkCheck> }) {
  const { t } = useTranslation();
  const { trunk, check } = props;
  if (trunk.outbound === null && trunk.registration === null) return null;
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconStethoscope size={15} />}
      aria-label={t("trunks.checkNowOf", { name: trunk.name })}
      aria-busy={check.isPending}
      onClick={() => {
        if (!check.isPending) check.mutate(undefined);
      }}
    >
      {check.isPending ? t("trunks.checking") : t("trunks.checkNow")}
    </Button>
  );
}

/** What came back, in words; a screen reader hears it. */
export function CheckResult(props: { check: ReturnType<typeof useTrunkCheck> }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { data } = props.check;
  const ms = data?.roundTripMs == null ? "–" : number(data.roundTripMs);
  return (
    <div role="status">
      {data !== undefined && !props.check.isPending && (
        <Line
          tone={data.alive ? "good" : "bad"}
          words={
            !data.answered
              ? t("trunks.checkSilent")
              : data.alive
                ? t("trunks.checkAlive", { status: data.status ?? "–", ms })
                : t("trunks.checkOverloaded", { status: data.status ?? "–", ms })
          }
          detail={data.alive ? "" : data.sentence}
        />
      )}
    </div>
  );
}
