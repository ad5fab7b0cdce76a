import { Button, Menu } from "@mantine/core";
import { agentDesk } from "@ringdown/contract";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { call } from "../api/client.ts";
import { useDeskActions } from "../desk/desk-actions.ts";
import { useLive } from "../live/live.tsx";
import { useMe } from "../session/session.tsx";
import { useLabels } from "../shared/labels.ts";
import { KeyHint, useShortcuts } from "../shared/shortcuts.tsx";
import { StateDot } from "../shared/state-dot.tsx";
import { Elapsed } from "../shared/timers.tsx";
import classes from "./status-control.module.css";

/** What I am doing, for how long, and the two buttons that change it. */
export function StatusControl() {
  const { t } = useTranslation();
  const desk = useLive((state) => state.desk);
  const labels = useLabels();
  const isAgent = useTakesCalls(desk);
  if (desk === null || !isAgent) return null;
  const reason = desk.state === "not-ready" ? desk.notReadyReason : null;
  return (
    <div className={classes["control"]}>
      <span className={classes["state"]} data-testid="desk-state" data-state={desk.state}>
        <StateDot state={desk.state} />
        <span className={classes["name"]}>
          {reason === null ? t(`state.${desk.state}`) : labels.reason(reason)}
        </span>
        <Elapsed since={desk.stateSince} label={t("desk.inStateFor")} />
      </span>
      <StatusButtons status={desk.status} />
    </div>
  );
}

/** Whoever is in a queue, whose job it is, or who is at the desk. */
function useTakesCalls(desk: agentDesk.Desk | null): boolean {
  const { role } = useMe();
  const { pathname } = useLocation();
  return role === "agent" || pathname.startsWith("/desk") || (desk?.queueIds.length ?? 0) > 0;
}

function StatusButtons(props: { status: agentDesk.AgentStatus }) {
  const { t } = useTranslation();
  const actions = useDeskActions();
  const [isOpen, setOpen] = useState(false);
  const isReady = props.status === "ready";
  useShortcuts({ r: actions.becomeReady, p: () => setOpen(true) });
  return (
    <Button.Group>
      <Button
        size="xs"
        variant={isReady ? "filled" : "default"}
        aria-pressed={isReady}
        onClick={actions.becomeReady}
        data-testid="status-ready"
        rightSection={isReady ? null : <KeyHint of="R" />}
      >
        {t("desk.ready")}
      </Button>
      <Menu opened={isOpen} onChange={setOpen} position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="xs"
            variant={isReady ? "default" : "filled"}
            color={isReady ? "gray" : "dark.4"}
            aria-pressed={!isReady}
            data-testid="status-not-ready"
            rightSection={
              <>
                {isReady && <KeyHint of="P" />}
                <IconChevronDown size={14} />
              </>
            }
          >
            {t("desk.notReady")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t("desk.whyNotReady")}</Menu.Label>
          <Reasons choose={actions.becomeNotReady} />
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}

function Reasons(props: { choose: (reasonId: string) => void }) {
  const { t } = useTranslation();
  const desk = useQuery({ queryKey: ["desk"], queryFn: () => call(agentDesk.readDesk), staleTime: 60_000 });
  if (desk.data === undefined) return <Menu.Item disabled>{t("common.loading")}</Menu.Item>;
  if (desk.data.notReadyReasons.length === 0) return <Menu.Item disabled>{t("desk.noReasons")}</Menu.Item>;
  return desk.data.notReadyReasons.map((reason) => (
    <Menu.Item key={reason.id} onClick={() => props.choose(reason.id)} data-testid="status-reason">
      {reason.label}
    </Menu.Item>
  ));
}
