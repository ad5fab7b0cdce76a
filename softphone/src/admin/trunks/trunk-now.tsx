import type { trunks } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Panel } from "../../shared/page.tsx";
import { PasswordLost } from "./carrier-password.tsx";
import { CallsNow } from "./calls-now.tsx";
import { CheckButton, CheckResult, useTrunkCheck } from "./trunk-check.tsx";
import { TrunkState } from "./trunk-state.tsx";
import classes from "./trunks.module.css";

/** How the trunk stands, above its form. */
export function TrunkNow(props: { trunk: trunks.Trunk }) {
  const { t } = useTranslation();
  const { trunk } = props;
  const check = useTrunkCheck(trunk);
  return (
    <div className={classes["form"]} style={{ marginBottom: 16 }}>
      {trunk.needsPassword && <PasswordLost />}
      <Panel title={t("trunks.section.now")} aside={<CheckButton trunk={trunk} check={check} />}>
        <div className={classes["now"]}>
          <TrunkState trunk={trunk} />
          <CallsNow trunk={trunk} />
        </div>
        <CheckResult check={check} />
      </Panel>
    </div>
  );
}
