import { queues as queueContract, type live } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useLive, useNow } from "../live/live.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { Empty, Panel } from "../shared/page.tsx";
import { StateDot } from "../shared/state-dot.tsx";
import { Elapsed } from "../shared/timers.tsx";
import classes from "./live.module.css";
import { LateAlarm, RouterFigures } from "./router-figures.tsx";

/** Each queue now and today. */
export function LiveQueues() {
  const { t } = useTranslation();
  const labels = useLabels();
  const queues = useLive((state) => state.queues);
  const settings = useQuery({ queryKey: ["queues"], queryFn: () => call(queueContract.listQueues) });
  const targets = new Map(settings.data?.queues.map((queue) => [queue.id, queue.settings]));
  if (queues.size === 0) {
    return (
      <Panel>
        <Empty title={t("live.noQueues")} hint={t("live.noQueuesHint")} />
      </Panel>
    );
  }
  const ordered = [...queues.values()].toSorted((a, b) =>
    labels.queue(a.queueId).localeCompare(labels.queue(b.queueId)),
  );
  return (
    <div className={classes["queues"]}>
      {ordered.map((queue) => (
        <QueueTile
          key={queue.queueId}
          queue={queue}
          name={labels.queue(queue.queueId)}
          inTimeMs={targets.get(queue.queueId)?.serviceLevelMs ?? null}
          target={targets.get(queue.queueId)?.serviceLevelTarget ?? null}
          alarmMs={targets.get(queue.queueId)?.alarmWaitMs || null}
        />
      ))}
    </div>
  );
}

function QueueTile(props: {
  queue: live.LiveQueue;
  name: string;
  inTimeMs: number | null;
  target: number | null;
  alarmMs: number | null;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { queue, target } = props;
  const { serviceLevel } = queue.today;
  const isLate = useIsLate(queue.longestSince, props.inTimeMs);
  const tone = serviceLevel === null || target === null ? undefined : serviceLevel >= target ? "good" : "bad";
  return (
    <section
      className={classes["queue"]}
      data-testid={`queue-row-${queue.queueId}`}
      data-late={isLate || undefined}
    >
      <div className={classes["top"]}>
        <h2 className={classes["name"]}>{props.name}</h2>
      </div>
      <dl className={classes["now"]}>
        <div>
          <dt>{t("live.waiting")}</dt>
          <dd className="rd-num" data-testid="queue-waiting" data-tone={isLate ? "bad" : undefined}>
            {queue.waiting}
          </dd>
        </div>
        <div>
          <dt>{t("live.longest")}</dt>
          <dd data-tone={isLate ? "bad" : undefined}>
            {queue.longestSince === null ? "–" : <Elapsed since={queue.longestSince} />}
          </dd>
        </div>
        <div>
          <dt>{t("live.serviceLevel")}</dt>
          <dd className="rd-num" data-tone={tone} data-testid="queue-service-level">
            {formats.percent(serviceLevel)}
          </dd>
        </div>
      </dl>
      <LateAlarm late={queue.router.late} alarmMs={props.alarmMs} />
      <Staff agents={queue.agents} />
      <RouterFigures router={queue.router} />
      <TodayFigures today={queue.today} />
    </section>
  );
}

function useIsLate(since: number | null, inTimeMs: number | null): boolean {
  const now = useNow();
  return since !== null && inTimeMs !== null && now - since > inTimeMs;
}

const staffStates = [
  ["idle", "idle"],
  ["offered", "offered"],
  ["talking", "talking"],
  ["wrapUp", "wrap-up"],
  ["notReady", "not-ready"],
] as const;

function Staff(props: { agents: live.LiveQueue["agents"] }) {
  const { t } = useTranslation();
  return (
    <div className={classes["staff"]}>
      {staffStates.map(([name, state]) => (
        <span key={name}>
          <StateDot state={state} size={7} isStill />
          {t(`state.${state}`)} <strong className="rd-num">{props.agents[name]}</strong>
        </span>
      ))}
    </div>
  );
}

function TodayFigures(props: { today: live.LiveQueue["today"] }) {
  const { t } = useTranslation();
  const { today } = props;
  const wait = today.averageWaitMs === null ? "–" : formatDuration(today.averageWaitMs);
  return (
    <dl className={classes["today"]}>
      <div>
        <dt>{t("figures.offered")}</dt>
        <dd className="rd-num">{today.offered}</dd>
      </div>
      <div>
        <dt>{t("figures.answered")}</dt>
        <dd className="rd-num">{today.answered}</dd>
      </div>
      <div>
        <dt>{t("figures.abandoned")}</dt>
        <dd className="rd-num" data-testid="queue-abandoned">
          {today.abandoned}
        </dd>
      </div>
      <div>
        <dt>{t("figures.averageWait")}</dt>
        <dd className="rd-num">{wait}</dd>
      </div>
    </dl>
  );
}
