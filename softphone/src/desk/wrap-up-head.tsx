import { Button } from "@mantine/core";
import { agentDesk } from "@ringdown/contract";
import { IconClockPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useLabels } from "../shared/labels.ts";
import { useAction } from "../shared/refusals.tsx";
import { KeyHint, useShortcuts } from "../shared/shortcuts.tsx";
import { StateDot } from "../shared/state-dot.tsx";
import { Countdown, Elapsed } from "../shared/timers.tsx";
import { CallAgainLater } from "./call-again.tsx";
import classes from "./desk.module.css";

/** After the call: whose it was, how long there is to write it up, and a minute more. */
export function WrapUpHead(props: { wrapUp: NonNullable<agentDesk.Desk["wrapUp"]> }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { wrapUp } = props;
  const { interactionId } = wrapUp.card;
  const extend = useAction(() => call(agentDesk.extendWrapUp, { params: { interactionId } }));
  const extendOnce = () => {
    if (!extend.isPending) extend.mutate(undefined);
  };
  useShortcuts({ x: extendOnce });
  return (
    <div className={classes["headline"]}>
      <div>
        <div className={classes["sub"]}>
          <StateDot state="wrap-up" />
          <strong>{t("state.wrap-up")}</strong>
          <span>{labels.queue(wrapUp.card.queueId)}</span>
        </div>
        <h2 className={`${classes["who"]} rd-num`}>{labels.caller(wrapUp.card.from)}</h2>
        {wrapUp.card.callback && <CallAgainLater card={wrapUp.card} />}
      </div>
      <div className={classes["right"]}>
        <div className={classes["big"]}>
          {wrapUp.endsAt === null ? (
            <Elapsed since={wrapUp.startedAt} label={t("wrapUp.since")} />
          ) : (
            <Countdown until={wrapUp.endsAt} label={t("wrapUp.left")} />
          )}
        </div>
        {wrapUp.endsAt !== null && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconClockPlus size={14} />}
            rightSection={<KeyHint of="X" />}
            loading={extend.isPending}
            onClick={extendOnce}
            data-testid="wrapup-extend"
          >
            {t("wrapUp.extend")}
          </Button>
        )}
      </div>
    </div>
  );
}
