import type { trunks } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import classes from "./trunks.module.css";

/** Calls of the limit, in and out together, and those out alone where they are limited. */
export function CallsNow({ trunk }: { trunk: trunks.Trunk }) {
  const { t } = useTranslation();
  const { callsNow, outboundCallsNow } = trunk.state;
  const isFull = trunk.maximumCalls > 0 && callsNow >= trunk.maximumCalls;
  return (
    <div className={classes["cell"]}>
      <span className={`rd-num ${isFull ? classes["bad"] : ""}`}>
        {trunk.maximumCalls === 0
          ? t("trunks.callsNow", { count: callsNow })
          : t("trunks.callsOf", { now: callsNow, limit: trunk.maximumCalls })}
      </span>
      {(trunk.maximumOutboundCalls > 0 || outboundCallsNow > 0) && (
        <span className={`rd-num ${classes["quiet"]}`}>
          {trunk.maximumOutboundCalls === 0
            ? t("trunks.outboundNow", { now: outboundCallsNow })
            : t("trunks.outboundOf", { now: outboundCallsNow, limit: trunk.maximumOutboundCalls })}
        </span>
      )}
    </div>
  );
}
