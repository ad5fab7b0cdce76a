import { why } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { StateDot } from "../shared/state-dot.tsx";
import { useWhy } from "./use-why.ts";
import { WhyAnswer, WhyFacts, WhyPanel, WhySentence } from "./why-panel.tsx";
import classes from "./why.module.css";

type Answer = why.AgentAnswer;

/** Why an agent gets no call: the reason, and queue by queue who waits there and why not for this agent. */
export function WhyAgent(props: { personId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { personId } = props;
  const query = useWhy(["agent", personId], () => call(why.explainAgent, { params: { personId } }));
  return (
    <WhyPanel title={t("live.whyAgent", { agent: labels.person(personId) })} onClose={props.onClose}>
      <WhyAnswer query={query}>
        {(answer) => (
          <>
            <Sentence answer={answer} />
            <Facts answer={answer} />
            <h3 className={classes["heading"]}>{t("why.queues")}</h3>
            <ul className={classes["queues"]}>
              {answer.queues.map((queue) => (
                <QueueLine
                  key={`${queue.queue.queueId} ${queue.borrowedFrom?.queueId ?? ""}`}
                  queue={queue}
                />
              ))}
            </ul>
          </>
        )}
      </WhyAnswer>
    </WhyPanel>
  );
}

function Sentence(props: { answer: Answer }) {
  const { t } = useTranslation();
  const cause = useCauseName();
  const { answer } = props;
  return (
    <WhySentence because={answer.because}>
      {t(`why.agent.${answer.because}`, {
        agent: answer.agent.name,
        state: t(`state.${answer.state}`),
        cause: cause(answer.cause),
      })}
    </WhySentence>
  );
}

const causes = ["ready", "offline", "deactivated", "not-ready", "unregistered"] as const;

/** Why (not) routable: a word of the system's, or the reason that the agent chose. */
function useCauseName(): (cause: string) => string {
  const { t } = useTranslation();
  const labels = useLabels();
  return (cause) => {
    const known = causes.find((one) => one === cause);
    return known === undefined ? labels.reason(cause) : t(`why.cause.${known}`);
  };
}

function Facts(props: { answer: Answer }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { answer } = props;
  const skills = Object.entries(answer.skills).map(([skill, level]) =>
    t("reason.skillLevel", { skill, level }),
  );
  return (
    <WhyFacts
      facts={[
        [
          t("why.fact.state"),
          <span key="state">
            <StateDot state={answer.state} size={8} isStill /> {t(`state.${answer.state}`)}{" "}
            {answer.state === "idle" && (
              <span className="rd-muted">{t("why.since", { time: formats.time(answer.idleSince) })}</span>
            )}
          </span>,
        ],
        [t("why.fact.skills"), skills.length === 0 ? t("why.noSkills") : skills.join(t("why.list"))],
        [
          t("why.fact.reserved"),
          answer.reserved === 0 ? null : t("why.reservedFor", { count: answer.reserved }),
        ],
      ]}
    />
  );
}

const reasons = ["ringing", "leftOutOf", "lacksSkillsFor", "notYetFor", "reservedForOthers"] as const;

function QueueLine(props: { queue: Answer["queues"][number] }) {
  const { t } = useTranslation();
  const { queue } = props;
  const how = [
    queue.borrowedFrom === null ? null : t("why.borrowedFrom", { queue: queue.borrowedFrom.name }),
    queue.level > 1 ? t("why.level", { level: queue.level }) : null,
    queue.delayMs > 0 ? t("why.delay", { delay: formatDuration(queue.delayMs) }) : null,
  ].filter((part) => part !== null);
  const waits = [
    queue.waiting === 0 ? t("why.nobodyWaits") : t("why.waits", { count: queue.waiting }),
    ...reasons.flatMap((name) => (queue[name] > 0 ? [t(`why.${name}`, { count: queue[name] })] : [])),
  ];
  return (
    <li data-testid="why-queue">
      <strong>{queue.queue.name}</strong>
      {how.length > 0 && <span className="rd-muted"> · {how.join(" · ")}</span>}
      <div>{queue.exists ? waits.join(" · ") : t("why.unknownQueue")}</div>
    </li>
  );
}
