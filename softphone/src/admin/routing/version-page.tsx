import { Button, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { routing } from "@ringdown/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { call, type Answer } from "../../api/client.ts";
import { useConfirm } from "../../shared/dialogs.tsx";
import { useFormats } from "../../shared/format.ts";
import { LoadingRows, Page, Panel } from "../../shared/page.tsx";
import { RefusalAlert, useAction } from "../../shared/refusals.tsx";
import adminClasses from "../admin.module.css";
import { BackLink } from "../queue-page.tsx";
import { DifferenceList } from "./difference-list.tsx";
import { useRouting } from "./routing-context.tsx";

/** One version: what it changed, and what has changed since. */
export function VersionPage() {
  const { t } = useTranslation();
  const number = Number(useParams()["version"]);
  const query = useQuery({
    queryKey: ["routing", "version", number],
    queryFn: () => call(routing.readRoutingVersion, { params: { version: number } }),
  });
  return (
    <Page
      title={t("flows.version", { version: number })}
      back={<BackLink to="/admin/versions" label={t("nav.versions")} />}
      actions={query.data !== undefined && <RollBack version={number} />}
    >
      {query.isPending && <LoadingRows rows={8} />}
      {query.isError && <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && <Differences loaded={query.data} />}
    </Page>
  );
}

function Differences(props: { loaded: Answer<typeof routing.readRoutingVersion> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { version, toBefore, toNow } = props.loaded;
  const facts = [
    formats.dateTime(Date.parse(version.at)),
    version.personName ?? t("version.system"),
    t(`version.sourceIs.${version.source}`),
    ...(version.note === "" ? [] : [version.note]),
  ];
  const same = (
    <Text size="sm" c="dimmed">
      {t("version.noDifference")}
    </Text>
  );
  return (
    <div className={adminClasses["stack"]}>
      <Text size="sm">{facts.join(" · ")}</Text>
      <Panel title={t("version.toBefore")}>
        {toBefore.length === 0 ? same : <DifferenceList differences={toBefore} />}
      </Panel>
      <Panel title={t("version.toNow")}>
        {toNow.length === 0 ? same : <DifferenceList differences={toNow} />}
      </Panel>
    </div>
  );
}

function RollBack(props: { version: number }) {
  const { t } = useTranslation();
  const { version } = props;
  const { loaded, canEdit } = useRouting();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const rollBack = useAction(() => call(routing.rollBackRouting, { params: { version } }), {
    onDone: (published) => {
      for (const key of ["routing", "queues", "labels"]) void queries.invalidateQueries({ queryKey: [key] });
      notifications.show({ message: t("version.rolledBack", { version: published.version, to: version }) });
      void navigate("/admin/versions");
    },
  });
  if (!canEdit || loaded.version === version) return null;
  return (
    <Button
      variant="default"
      loading={rollBack.isPending}
      data-testid="roll-back"
      onClick={() =>
        confirm({
          title: t("version.rollBackTitle", { version }),
          sentence: t("version.rollBackSentence"),
          action: t("version.rollBack"),
          run: () => rollBack.mutate(undefined),
        })
      }
    >
      {t("version.rollBack")}
    </Button>
  );
}
