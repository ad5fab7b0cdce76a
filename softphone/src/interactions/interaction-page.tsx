import { Anchor } from "@mantine/core";
import { callbacks, interactions as contract, type customers } from "@ringdown/contract";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { call } from "../api/client.ts";
import { Attributes } from "../customers/attributes.tsx";
import { useHasRole } from "../session/session.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { LoadingRows, Page, Panel } from "../shared/page.tsx";
import { RefusalAlert } from "../shared/refusals.tsx";
import classes from "./interactions.module.css";
import { OutcomeBadge } from "./outcome.tsx";
import { Recording } from "./recording.tsx";
import { Timeline } from "./timeline.tsx";

/** One interaction: what came of it, the recording, and everything that happened with the reasons. */
export function InteractionPage() {
  const { t } = useTranslation();
  const { interactionId = "" } = useParams();
  const query = useQuery({
    queryKey: ["interaction", interactionId],
    queryFn: () => call(contract.readInteraction, { params: { interactionId } }),
  });
  const title =
    query.data === undefined
      ? t("interaction.one")
      : t("interaction.title", { number: query.data.interaction.number });
  const back = (
    <Anchor
      component={Link}
      to="/interactions"
      size="sm"
      mb={6}
      display="inline-flex"
      style={{ gap: 5, alignItems: "center" }}
    >
      <IconArrowLeft size={15} /> {t("nav.interactions")}
    </Anchor>
  );
  return (
    <Page title={title} back={back}>
      {query.isPending && <LoadingRows rows={8} />}
      {query.isError && <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <div className={classes["columns"]}>
          <div className={classes["stack"]}>
            <Recordings interaction={query.data.interaction} />
            <Panel title={t("interaction.timeline")}>
              <Timeline entries={query.data.ledger} />
            </Panel>
          </div>
          <div className={classes["stack"]}>
            <Facts interaction={query.data.interaction} />
            {query.data.customer != null && <CustomerPanel customer={query.data.customer} />}
          </div>
        </div>
      )}
    </Page>
  );
}

/** Who the caller's number belongs to now. */
function CustomerPanel({ customer }: { customer: customers.Customer }) {
  const { t } = useTranslation();
  return (
    <Panel title={t("customers.one")} testId="interaction-customer">
      <strong>{customer.name}</strong>
      {Object.keys(customer.attributes).length > 0 && <Attributes attributes={customer.attributes} />}
      {customer.note !== "" && (
        <p className={classes["note"]} style={{ margin: "10px 0 0" }}>
          {customer.note}
        </p>
      )}
    </Panel>
  );
}

function Recordings(props: { interaction: contract.Interaction }) {
  const { t } = useTranslation();
  const { recordings } = props.interaction;
  if (recordings.length === 0) return null;
  return (
    <Panel title={t("interaction.recording")}>
      <div className={classes["stack"]}>
        {recordings.map((recording) => (
          <Recording key={recording.id} recording={recording} />
        ))}
      </div>
    </Panel>
  );
}

/** The interactions of the call back that was asked for in this call. */
function CallbackOf(props: { callbackId: string }) {
  const { t } = useTranslation();
  const { callbackId } = props;
  const query = useQuery({
    queryKey: ["callbacks", callbackId],
    queryFn: () => call(callbacks.readCallback, { params: { callbackId } }),
  });
  return query.data?.interactions.map(({ interactionId, number }) => (
    <Anchor
      key={interactionId}
      component={Link}
      to={`/interactions/${interactionId}`}
      size="sm"
      mt="sm"
      display="block"
    >
      {t("callbacks.calledBackIn", { number })}
    </Anchor>
  ));
}

function Facts(props: { interaction: contract.Interaction }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const isSupervisor = useHasRole("supervisor");
  const one = props.interaction;
  const time = (ms: number | null) => (ms === null ? "–" : formatDuration(ms));
  const facts: [string, ReactNode][] = [
    [t("interaction.outcome"), <OutcomeBadge key="outcome" outcome={one.outcome} />],
    [t("interaction.from"), labels.caller(one.from)],
    [t("interaction.to"), one.to],
    [t("caller.source"), t(`source.${one.source}`)],
    [t("interaction.queue"), labels.queue(one.queueId)],
    [t("interaction.agent"), labels.person(one.agentId)],
    [t("interaction.started"), formats.dateTime(one.startedAt)],
    [t("interaction.wait"), time(one.waitMs)],
    [t("interaction.talk"), time(one.talkMs)],
    [t("interaction.hold"), time(one.holdMs)],
    [t("interaction.endedBy"), one.endedBy === null ? "–" : t(`party.${one.endedBy}`)],
    [t("interaction.disposition"), labels.disposition(one.dispositionId)],
  ];
  const linked = one.callback?.originalId;
  return (
    <Panel title={t("interaction.facts")}>
      <dl className={classes["facts"]}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd className="rd-num">{value}</dd>
          </div>
        ))}
      </dl>
      {linked !== undefined && (
        <Anchor component={Link} to={`/interactions/${linked}`} size="sm" mt="sm" display="block">
          {t("callbacks.original")}
        </Anchor>
      )}
      {one.askedCallbackId != null && isSupervisor && <CallbackOf callbackId={one.askedCallbackId} />}
      {one.note !== "" && (
        <p className={classes["note"]} style={{ margin: "12px 0 0" }}>
          {one.note}
        </p>
      )}
    </Panel>
  );
}
