import { Button, Group, Progress, Text } from "@mantine/core";
import { simulation } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { call, type Answer } from "../../../api/client.ts";
import { Empty, LoadingRows, Page, Panel } from "../../../shared/page.tsx";
import { RefusalAlert, useAction } from "../../../shared/refusals.tsx";
import adminClasses from "../../admin.module.css";
import { BackLink } from "../../queue-page.tsx";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";
import { SimulationForm } from "./simulation-form.tsx";
import { SimulationResults } from "./simulation-results.tsx";

type Job = Answer<typeof simulation.readSimulation>;
const ended = ["done", "failed", "cancelled"];

/** "What would last week have been like?": the draft against what is published, on the calls that really came. */
export function SimulatePage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const { loaded, keeping, document } = useRouting();
  const jobId = params.get("job");
  const queueId = params.get("queue");
  const queue = document.queues.find(({ id }) => id === queueId);
  const hasDraft = loaded.draft !== null || keeping.state !== "kept";
  const open = (id: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (id === null) next.delete("job");
        else next.set("job", id);
        return next;
      },
      { replace: true },
    );
  return (
    <Page
      title={t("simulate.title")}
      hint={t("simulate.hint")}
      back={
        queue === undefined ? (
          <BackLink to="/admin/review" label={t("review.title")} />
        ) : (
          <BackLink to={`/admin/queues/${queue.id}`} label={queue.name} />
        )
      }
    >
      <div className={adminClasses["stack"]}>
        {!hasDraft && jobId === null ? (
          <Panel>
            <Empty
              title={t("simulate.noDraft")}
              hint={t("simulate.noDraftHint")}
              action={<Link to="/admin/queues">{t("nav.queues")}</Link>}
            />
          </Panel>
        ) : (
          <Panel title={t("simulate.period")}>
            <SimulationForm onStarted={open} isRunning={jobId !== null} />
          </Panel>
        )}
        {jobId !== null && <Running key={jobId} jobId={jobId} queueId={queueId} onGone={() => open(null)} />}
      </div>
    </Page>
  );
}

/** Looks at the job until it has ended. */
function Running(props: { jobId: string; queueId: string | null; onGone: () => void }) {
  const { t } = useTranslation();
  const params = { simulationId: props.jobId };
  const query = useQuery({
    queryKey: ["simulation", props.jobId],
    queryFn: () => call(simulation.readSimulation, { params }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && ended.includes(state.data.state) ? false : 700,
    retry: false,
  });
  const cancel = useAction(() => call(simulation.cancelSimulation, { params }), { onDone: props.onGone });
  if (query.isPending) return <LoadingRows />;
  if (query.data === undefined)
    return (
      <div className={classes["rows"]}>
        <RefusalAlert error={query.error} />
        <div>
          <Button size="xs" variant="default" onClick={props.onGone}>
            {t("simulate.again")}
          </Button>
        </div>
      </div>
    );
  const job = query.data;
  if (job.state === "done" && job.result !== null)
    return <SimulationResults result={job.result} queueId={props.queueId} />;
  if (ended.includes(job.state))
    return (
      <Panel>
        <Empty
          title={t(job.state === "cancelled" ? "simulate.cancelled" : "simulate.failed")}
          {...(job.problem !== null && { hint: job.problem })}
        />
      </Panel>
    );
  return (
    <ProgressPanel job={job} onCancel={() => cancel.mutate(undefined)} isCancelling={cancel.isPending} />
  );
}

function ProgressPanel(props: { job: Job; onCancel: () => void; isCancelling: boolean }) {
  const { t } = useTranslation();
  const { job } = props;
  const share = Math.round(job.progress * 100);
  const words = job.ahead > 0 ? t("simulate.ahead", { count: job.ahead }) : t("simulate.running", { share });
  return (
    <Panel>
      <Group wrap="nowrap" gap="md">
        <div style={{ flex: 1 }}>
          <Text size="sm" role="status" mb={6}>
            {words}
          </Text>
          <Progress value={share} aria-label={t("simulate.progress")} animated />
        </div>
        <Button variant="default" loading={props.isCancelling} onClick={props.onCancel}>
          {t("common.cancel")}
        </Button>
      </Group>
    </Panel>
  );
}
