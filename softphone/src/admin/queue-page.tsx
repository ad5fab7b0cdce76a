import { Anchor, Button } from "@mantine/core";
import { queues } from "@ringdown/contract";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { Empty, LoadingRows, Page, Panel } from "../shared/page.tsx";
import { RefusalAlert } from "../shared/refusals.tsx";
import classes from "./admin.module.css";
import { useDeletion } from "./deletion.ts";
import { QueueMembers } from "./queue-members.tsx";
import { QueueSettingsForm } from "./queue-settings-form.tsx";

/** One queue: settings and members. */
export function QueuePage() {
  const { t } = useTranslation();
  const { queueId = "" } = useParams();
  const query = useQuery({ queryKey: ["queues"], queryFn: () => call(queues.listQueues) });
  const queue = query.data?.queues.find((one) => one.id === queueId);
  return (
    <Page
      title={queue?.name ?? t("interaction.queue")}
      back={<BackLink to="/admin/queues" label={t("nav.queues")} />}
      actions={queue !== undefined && <DeleteQueue queue={queue} />}
    >
      {query.isPending && <LoadingRows rows={8} />}
      {query.isError && <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && queue === undefined && (
        <Panel>
          <Empty title={t("queues.gone")} />
        </Panel>
      )}
      {queue !== undefined && (
        <div className={classes["columns"]}>
          <Panel title={t("queues.settings")}>
            <QueueSettingsForm key={queue.id} queue={queue} />
          </Panel>
          <Panel title={t("queues.members")}>
            <QueueMembers queue={queue} />
          </Panel>
        </div>
      )}
    </Page>
  );
}

/** Where one came from. */
export function BackLink(props: { to: string; label: string }) {
  return (
    <Anchor component={Link} to={props.to} size="sm" mb={6} className={classes["back"] ?? ""}>
      <IconArrowLeft size={15} /> {props.label}
    </Anchor>
  );
}

function DeleteQueue(props: { queue: queues.Queue }) {
  const { t } = useTranslation();
  const { queue } = props;
  const navigate = useNavigate();
  const isAdministrator = useHasRole("administrator");
  const { ask, isPending } = useDeletion({
    title: t("queues.deleteTitle", { name: queue.name }),
    sentence: t("queues.deleteSentence"),
    run: () => call(queues.deleteQueue, { params: { queueId: queue.id } }),
    list: "queues",
    onDone: () => void navigate("/admin/queues"),
  });
  if (!isAdministrator) return null;
  return (
    <Button variant="default" c="var(--rd-bad)" loading={isPending} onClick={ask}>
      {t("common.delete")}
    </Button>
  );
}
