import { Badge, Button, Group, Text } from "@mantine/core";
import type { agentDesk } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { usePhone } from "../phone/phone.tsx";
import { isSystemReason, useLabels } from "../shared/labels.ts";
import { KeyHint } from "../shared/shortcuts.tsx";
import { StateDot } from "../shared/state-dot.tsx";
import { Elapsed } from "../shared/timers.tsx";
import { useDeskActions } from "./desk-actions.ts";
import classes from "./desk.module.css";

/** No call: what I am doing, why nothing rings if nothing can, and what would change it. */
export function IdlePanel(props: { desk: agentDesk.Desk }) {
  const { t } = useTranslation();
  const { desk } = props;
  const labels = useLabels();
  const actions = useDeskActions();
  return (
    <section className={classes["hero"]} aria-label={t("desk.mainPlace")}>
      <div className={classes["headline"]}>
        <div>
          <h2 className={classes["who"]}>
            <Group gap={10} wrap="nowrap">
              <StateDot state={desk.state} size={13} />
              {t(`state.${desk.state}`)}
            </Group>
          </h2>
          <Text c="dimmed" mt={4}>
            <StateSentence desk={desk} />
          </Text>
        </div>
        <div className={classes["right"]}>
          <div className={classes["big"]}>
            <Elapsed since={desk.stateSince} label={t("desk.inStateFor")} />
          </div>
        </div>
      </div>
      {isSystemReason(desk.notReadyReason) && desk.notReadyReason !== "signed-in" && (
        <div className={classes["alert"]} data-kind="warn">
          {t(`desk.because.${desk.notReadyReason}`)}
        </div>
      )}
      {desk.status === "not-ready" && (
        <div className={classes["actions"]}>
          <Button size="md" onClick={actions.becomeReady} rightSection={<KeyHint of="R" />}>
            {t("desk.becomeReady")}
          </Button>
        </div>
      )}
      <DeskPhoneHint desk={desk} />
      <Group gap={6}>
        <span className={classes["caption"]}>
          {desk.queueIds.length === 0 ? t("desk.noQueues") : t("desk.yourQueues")}
        </span>
        {desk.queueIds.map((queueId) => (
          <Badge key={queueId} variant="light" color="gray" radius="sm" tt="none" fw={500}>
            {labels.queue(queueId)}
          </Badge>
        ))}
      </Group>
    </section>
  );
}

function StateSentence(props: { desk: agentDesk.Desk }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { registration } = usePhone();
  const { state, notReadyReason } = props.desk;
  if (state === "not-ready" && notReadyReason !== null) return labels.reason(notReadyReason);
  if (state === "idle" && registration === "superseded") return t("desk.sentence.elsewhere");
  if (state === "idle") return t("desk.sentence.idle");
  if (state === "unreachable") return t("desk.sentence.unreachable");
  if (state === "offline") return t("desk.sentence.offline");
  return t("desk.sentence.other");
}

function DeskPhoneHint(props: { desk: agentDesk.Desk }) {
  const { t } = useTranslation();
  const { phone } = props.desk;
  if (!phone.registered || phone.kind !== "desk-phone") return null;
  return <span className={classes["caption"]}>{t("desk.onDeskPhone")}</span>;
}
