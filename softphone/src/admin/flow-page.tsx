import { Button, NativeSelect } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { telephony, type flow as contract } from "@ringdown/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { call, type Answer } from "../api/client.ts";
import { Refusal } from "../api/failure.ts";
import { useHasRole } from "../session/session.tsx";
import { LoadingRows, Page } from "../shared/page.tsx";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";
import { FlowEditor } from "./flow-editor.tsx";
import { BackLink } from "./queue-page.tsx";
import { useFlowDraft } from "./use-flow-draft.ts";

type Loaded = Answer<typeof telephony.readFlow>;

/** One flow: its versions, and the editor for the one that is shown. */
export function FlowPage() {
  const { t } = useTranslation();
  const { flowId = "" } = useParams();
  const [version, setVersion] = useState<number | null>(null);
  const query = useQuery({
    queryKey: ["flows", flowId, version],
    queryFn: () =>
      call(telephony.readFlow, { params: { flowId }, query: version === null ? {} : { version } }),
  });
  if (query.data === undefined) {
    return (
      <Page title={t("flows.one")} back={<BackLink to="/admin/flows" label={t("nav.flows")} />}>
        {query.isError ? (
          <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <LoadingRows rows={8} />
        )}
      </Page>
    );
  }
  return (
    <LoadedFlow
      key={`${query.data.id}-${query.data.version}`}
      loaded={query.data}
      showVersion={(next) => setVersion(next)}
    />
  );
}

function LoadedFlow(props: { loaded: Loaded; showVersion: (version: number | null) => void }) {
  const { t } = useTranslation();
  const { loaded } = props;
  const queries = useQueryClient();
  const isAdministrator = useHasRole("administrator");
  const draft = useFlowDraft(loaded.id, loaded.version, loaded.flow);
  const newest = Math.max(...loaded.versions.map((one) => one.version));
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ["flows"] });
  };
  const save = useAction(
    (flow: contract.Flow) =>
      call(telephony.saveFlow, { params: { flowId: loaded.id }, body: { basedOn: newest, flow } }),
    {
      onDone: (saved) => {
        draft.forget();
        notifications.show({ message: t("flows.savedAs", { version: saved.version }) });
        props.showVersion(null);
        refresh();
      },
      onRefused: () => undefined, // shown above the editor
    },
  );
  const refused = save.error instanceof Refusal ? save.error.fields : [];
  const publish = useAction(
    () => call(telephony.publishFlow, { params: { flowId: loaded.id }, body: { version: loaded.version } }),
    {
      onDone: () => {
        notifications.show({ message: t("flows.publishedNow", { version: loaded.version }) });
        refresh();
      },
    },
  );
  const isPublished = loaded.publishedVersion === loaded.version;
  const actions = (
    <>
      <VersionSelect
        loaded={loaded}
        onChange={(version) => props.showVersion(version === newest ? null : version)}
      />
      {isAdministrator && draft.isChanged && (
        <>
          <Button variant="default" onClick={draft.discard}>
            {t("common.undo")}
          </Button>
          <Button loading={save.isPending} onClick={() => save.mutate(draft.flow)} data-testid="flow-save">
            {t("flows.saveAs", { version: newest + 1 })}
          </Button>
        </>
      )}
      {isAdministrator && !draft.isChanged && (
        <Button
          disabled={isPublished || loaded.problems.length > 0}
          loading={publish.isPending}
          onClick={() => publish.mutate(undefined)}
          data-testid="flow-publish"
        >
          {isPublished
            ? t("flows.isPublished")
            : loaded.publishedVersion !== null && loaded.version < loaded.publishedVersion
              ? t("flows.rollBack", { version: loaded.version })
              : t("flows.publish", { version: loaded.version })}
        </Button>
      )}
    </>
  );
  return (
    <Page
      title={loaded.name}
      back={<BackLink to="/admin/flows" label={t("nav.flows")} />}
      actions={actions}
      {...(draft.isChanged && { hint: t("flows.unsaved") })}
    >
      {save.isError && refused.length === 0 && <RefusalAlert error={save.error} />}
      <FlowEditor
        flow={draft.flow}
        problems={draft.isChanged ? refused.map(toProblem) : loaded.problems}
        isRefused={draft.isChanged}
        canEdit={isAdministrator}
        onChange={draft.change}
      />
    </Page>
  );
}

/** The problems of a refused flow are paths into the request; the editor knows paths into the flow. */
function toProblem(field: { path: string; message: string }): telephony.FlowProblem {
  return { path: field.path.replace(/^body\.flow\.?/, ""), message: field.message };
}

function VersionSelect(props: { loaded: Loaded; onChange: (version: number) => void }) {
  const { t } = useTranslation();
  const { loaded } = props;
  return (
    <NativeSelect
      aria-label={t("flows.versions")}
      value={String(loaded.version)}
      onChange={(event) => props.onChange(Number(event.currentTarget.value))}
      data={loaded.versions
        .toSorted((a, b) => b.version - a.version)
        .map(({ version }) => ({
          value: String(version),
          label:
            version === loaded.publishedVersion
              ? t("flows.versionPublished", { version })
              : t("flows.version", { version }),
        }))}
    />
  );
}
