import { Table } from "@mantine/core";
import type { live } from "@ringdown/contract";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { TableFrame } from "../shared/table-frame.tsx";
import { Link } from "react-router";
import { useLive } from "../live/live.tsx";
import { useLabels } from "../shared/labels.ts";
import { Empty, Panel } from "../shared/page.tsx";
import { StateDot } from "../shared/state-dot.tsx";
import { Elapsed } from "../shared/timers.tsx";
import { countStates, orderAgents } from "./core/order.ts";
import { WhyAgent } from "./why-agent.tsx";
import { WhyButton } from "./why-button.tsx";
import classes from "./live.module.css";

/** Everyone who takes calls: state, since when, on what. */
export function LiveAgents() {
  const { t } = useTranslation();
  const agents = useLive((state) => state.agents);
  const ordered = useMemo(() => orderAgents(agents.values()), [agents]);
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <Panel title={t("live.agents")} aside={<Summary agents={ordered} />} flush>
      {ordered.length === 0 ? (
        <Empty title={t("live.noAgents")} hint={t("live.noAgentsHint")} />
      ) : (
        <TableFrame minWidth={480}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("live.agent")}</Table.Th>
                <Table.Th>{t("live.state")}</Table.Th>
                <Table.Th>{t("live.since")}</Table.Th>
                <Table.Th>{t("live.on")}</Table.Th>
                <Table.Th aria-label={t("live.why")} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ordered.map((agent) => (
                <AgentRow key={agent.personId} agent={agent} onWhy={() => setAsked(agent.personId)} />
              ))}
            </Table.Tbody>
          </Table>
        </TableFrame>
      )}
      {asked !== null && <WhyAgent personId={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

function Summary(props: { agents: readonly live.LiveAgent[] }) {
  const { t } = useTranslation();
  return (
    <span className={classes["summary"]}>
      {countStates(props.agents).map(([state, count]) => (
        <span key={state}>
          {t(`state.${state}`)} <strong className="rd-num">{count}</strong>
        </span>
      ))}
    </span>
  );
}

function AgentRow(props: { agent: live.LiveAgent; onWhy: () => void }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { agent } = props;
  const reason = agent.state === "not-ready" ? agent.notReadyReason : null;
  return (
    <Table.Tr data-testid={`agent-row-${agent.personId}`} data-state={agent.state}>
      <Table.Td fw={600}>{labels.person(agent.personId)}</Table.Td>
      <Table.Td>
        <span className={classes["state"]}>
          <StateDot state={agent.state} />
          {t(`state.${agent.state}`)}
          {reason !== null && <span className="rd-muted">{labels.reason(reason)}</span>}
        </span>
      </Table.Td>
      <Table.Td>
        <Elapsed since={agent.since} />
      </Table.Td>
      <Table.Td className="rd-num">
        {agent.interactionId === null ? (
          "–"
        ) : (
          <>
            <Link to={`/interactions/${agent.interactionId}`}>
              {agent.from === null ? t("live.call") : labels.caller(agent.from)}
            </Link>
            {agent.queueId !== null && <span className="rd-muted"> · {labels.queue(agent.queueId)}</span>}
          </>
        )}
      </Table.Td>
      <Table.Td ta="right">
        <WhyButton
          label={t("live.whyAgent", { agent: labels.person(agent.personId) })}
          onClick={props.onWhy}
        />
      </Table.Td>
    </Table.Tr>
  );
}
