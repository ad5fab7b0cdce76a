import { Grid } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { EmergencySwitch } from "../emergency/emergency-switch.tsx";
import { Page } from "../shared/page.tsx";
import { LiveAgents } from "./live-agents.tsx";
import { LiveQueues } from "./live-queues.tsx";
import { OverallTimeToOffer } from "./router-figures.tsx";
import { StarvationAlarm, useStarvationAlarm } from "./starvation-alarm.tsx";
import { WaitingCallers } from "./waiting-callers.tsx";

/** Right now: queues, agents, who waits. */
export function LivePage() {
  const { t } = useTranslation();
  const late = useStarvationAlarm(t("nav.live"));
  return (
    <Page
      title={t("nav.live")}
      actions={
        <>
          <OverallTimeToOffer />
          <StarvationAlarm late={late} />
          <EmergencySwitch />
        </>
      }
    >
      <LiveQueues />
      <Grid mt="md" gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <LiveAgents />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <WaitingCallers />
        </Grid.Col>
      </Grid>
    </Page>
  );
}
