import { why, type live } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useLive, useNow } from "../live/live.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { Countdown, Elapsed } from "../shared/timers.tsx";
import { StaffCounts } from "./staff-counts.tsx";
import { useWhy } from "./use-why.ts";
import { WhyAnswer, WhyFacts, WhyPanel, WhySentence } from "./why-panel.tsx";
import classes from "./why.module.css";

type Answer = why.WaitingAnswer;

/** Why a caller waits: the reason, and everything that the router looks at, as it stands now. */
export function WhyWaiting(props: { caller: live.LiveWaiting; onClose: () => void }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { interactionId, from } = props.caller;
  const isWaiting = useLive((state) => state.waiting.has(interactionId));
  const query = useWhy(
    ["waiting", interactionId],
    () => call(why.explainWaiting, { params: { interactionId } }),
    isWaiting,
  );
  return (
    <WhyPanel title={t("live.whyWaits", { from: labels.caller(from) })} onClose={props.onClose}>
      <WhyAnswer query={query} isGone={!isWaiting} goneTo={`/interactions/${interactionId}`}>
        {(answer) => (
          <>
            <Sentence answer={answer} />
            <Facts answer={answer} since={props.caller.enqueuedAt} />
          </>
        )}
      </WhyAnswer>
    </WhyPanel>
  );
}

function Sentence(props: { answer: Answer }) {
  const { t } = useTranslation();
  const { answer } = props;
  const { members } = answer.suited;
  return (
    <WhySentence because={answer.because}>
      {t(`why.waiting.${answer.because}`, {
        agents: answer.offeredTo.map(({ name }) => name).join(t("why.list")),
        queue: answer.queue.name,
        agent: answer.sticky?.name ?? "",
        requirement: answer.requirement ?? "",
        position: answer.position,
        waiting: answer.waiting,
      })}
      {answer.because === "nobody-suits" && (
        <small>{members === 0 ? t("why.noneHasIt") : t("why.someHaveIt", { count: members })}</small>
      )}
    </WhySentence>
  );
}

function Facts(props: { answer: Answer; since: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { answer } = props;
  const { sticky, leftOut, offeredTo, position, waiting, priority } = answer;
  return (
    <WhyFacts
      facts={[
        [t("why.fact.queue"), answer.queue.name],
        [
          t("why.fact.place"),
          <Lines
            key="place"
            of={[
              priority > 0
                ? t("why.placePriority", { position, waiting, priority })
                : t("why.place", { position, waiting }),
              answer.ageMs > 0 ? t("why.age", { age: formatDuration(answer.ageMs) }) : null,
            ]}
          />,
        ],
        [t("why.fact.waited"), <Elapsed key="waited" since={props.since} />],
        [t("why.fact.requirement"), <Required key="requirement" answer={answer} />],
        [
          t("why.fact.ring"),
          answer.rings === 0 ? null : t("why.rings", { ring: answer.ring, rings: answer.rings }),
        ],
        [
          t("why.fact.suited"),
          <Lines
            key="suited"
            of={[
              t("why.suited", answer.suited),
              answer.notYet > 0 ? t("why.notYet", { count: answer.notYet }) : null,
            ]}
          />,
        ],
        [t("why.fact.members"), <StaffCounts key="members" staffing={answer.staffing} />],
        [
          t("why.fact.ownAgent"),
          sticky === null ? null : t(`why.sticky.${sticky.because}`, { agent: sticky.name }),
        ],
        [
          t("why.fact.leftOut"),
          leftOut.length === 0 ? null : (
            <Lines
              key="left-out"
              of={leftOut.map(({ name, untilMs }) =>
                t("why.until", { agent: name, time: formats.time(untilMs) }),
              )}
            />
          ),
        ],
        [
          t("why.fact.ringsAt"),
          offeredTo.length === 0 ? null : offeredTo.map(({ name }) => name).join(t("why.list")),
        ],
        [t("why.fact.timers"), <Timers key="timers" answer={answer} />],
      ]}
    />
  );
}

function Required(props: { answer: Answer }) {
  const { t } = useTranslation();
  const { requirement, requirementOnEntry } = props.answer;
  return (
    <>
      {requirement === null ? (
        t("why.nothingRequired")
      ) : (
        <code className={classes["code"]}>{requirement}</code>
      )}
      {requirementOnEntry !== null && requirementOnEntry !== requirement && (
        <div className="rd-muted">{t("why.relaxedFrom", { requirement: requirementOnEntry })}</div>
      )}
    </>
  );
}

function Lines(props: { of: readonly (string | null)[] }) {
  return (
    <ul>
      {props.of
        .filter((line) => line !== null)
        .map((line) => (
          <li key={line}>{line}</li>
        ))}
    </ul>
  );
}

const timers = ["widensAt", "stickyUntil", "announceAt", "maxWaitAt", "alarmAt"] as const;

/** What will happen by itself, soonest first. */
function Timers(props: { answer: Answer }) {
  const { t } = useTranslation();
  const now = useNow();
  const coming = timers
    .flatMap((name) => {
      const at = props.answer.timers[name];
      return at === null || at <= now ? [] : [{ name, at }];
    })
    .toSorted((a, b) => a.at - b.at);
  if (coming.length === 0) return "–";
  return (
    <ul>
      {coming.map(({ name, at }) => (
        <li key={name}>
          {t(`why.timer.${name}`)} <Countdown until={at} />
        </li>
      ))}
    </ul>
  );
}
