import { NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Section } from "./section.tsx";
import classes from "./trunks.module.css";
import type { TrunkEditing } from "./use-trunk-form.ts";

/** How many calls at once, and how often the carrier is asked whether it is there. */
export function LimitsSection(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  const { callsOut, registers } = form.values;
  return (
    <Section title={t("trunks.section.limits")}>
      <div className={classes["fields"]}>
        <NumberInput
          label={t("trunks.maximumCalls")}
          description={t("trunks.maximumCallsHint")}
          min={0}
          max={100_000}
          allowDecimal={false}
          hideControls
          {...form.getInputProps("maximumCalls")}
        />
        {callsOut && (
          <NumberInput
            label={t("trunks.maximumOutboundCalls")}
            description={t("trunks.maximumOutboundCallsHint")}
            min={0}
            max={100_000}
            allowDecimal={false}
            hideControls
            {...form.getInputProps("maximumOutboundCalls")}
          />
        )}
        {(callsOut || registers) && (
          <NumberInput
            label={t("trunks.check")}
            description={t("trunks.checkHint")}
            min={0}
            max={3_600}
            suffix=" s"
            allowDecimal={false}
            hideControls
            {...form.getInputProps("check.everySeconds")}
          />
        )}
      </div>
    </Section>
  );
}
