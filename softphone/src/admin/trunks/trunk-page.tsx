import { Button } from "@mantine/core";
import type { trunks } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { Empty, LoadingRows, Page, Panel } from "../../shared/page.tsx";
import { RefusalAlert } from "../../shared/refusals.tsx";
import { useDeletion } from "../deletion.ts";
import { BackLink } from "../queue-page.tsx";
import { trunkDeletion } from "./trunk-deletion.ts";
import { TrunkEditor } from "./trunk-editor.tsx";
import { TrunkNow } from "./trunk-now.tsx";
import { useTrunks } from "./use-trunks.ts";

/** One trunk: how it stands, and all that can be set. */
export function TrunkPage() {
  const { t } = useTranslation();
  const { trunkId = "" } = useParams();
  const query = useTrunks();
  const trunk = query.data?.trunks.find(({ id }) => id === trunkId);
  if (trunk !== undefined) return <KnownTrunk key={trunkId} trunk={trunk} />;
  return (
    <Page title={t("trunks.one")} back={<BackLink to="/admin/trunks" label={t("nav.trunks")} />}>
      <Panel>
        {query.data !== undefined ? (
          <Empty title={t("trunks.gone")} />
        ) : query.isError ? (
          <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <LoadingRows rows={8} />
        )}
      </Panel>
    </Page>
  );
}

export function NewTrunkPage() {
  const { t } = useTranslation();
  return (
    <Page
      title={t("trunks.add")}
      hint={t("trunks.addHint")}
      back={<BackLink to="/admin/trunks" label={t("nav.trunks")} />}
    >
      <TrunkEditor trunk={null} />
    </Page>
  );
}

function KnownTrunk(props: { trunk: trunks.Trunk }) {
  const { t } = useTranslation();
  const { trunk } = props;
  const navigate = useNavigate();
  const deletion = useDeletion({
    ...trunkDeletion(trunk, t),
    onDone: () => void navigate("/admin/trunks"),
  });
  return (
    <Page
      title={trunk.name}
      back={<BackLink to="/admin/trunks" label={t("nav.trunks")} />}
      actions={
        <Button variant="default" c="var(--rd-bad)" onClick={deletion.ask} loading={deletion.isPending}>
          {t("common.delete")}
        </Button>
      }
    >
      <TrunkNow trunk={trunk} />
      <TrunkEditor trunk={trunk} />
    </Page>
  );
}
