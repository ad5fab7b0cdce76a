import { operations } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.ts";
import { Empty, LoadingRows, Page, Panel } from "../../shared/page.tsx";
import { RefusalAlert } from "../../shared/refusals.tsx";
import { MediaServerRow } from "./media-server-row.tsx";
import classes from "./servers.module.css";
import { SipServerRow } from "./sip-server-row.tsx";

/** Media servers and SIP edges as the node sees them that answers, anew every five seconds while somebody looks. */
export function ServersPage() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["servers"],
    queryFn: () => call(operations.listServers),
    refetchInterval: 5_000,
  });
  return (
    <Page title={t("nav.servers")} hint={t("servers.hint")}>
      {query.isError && <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data === undefined ? !query.isError && <LoadingRows rows={6} /> : <Lists servers={query.data} />}
    </Page>
  );
}

function Lists({ servers }: { servers: operations.Servers }) {
  const { t } = useTranslation();
  const { media, sip, nodeId } = servers;
  return (
    <div className={classes["stack"]}>
      <Panel title={t("servers.media")} flush>
        {media.length === 0 && <Empty title={t("servers.noMedia")} hint={t("servers.noneHint")} />}
        <ul className={classes["list"]} aria-label={t("servers.media")}>
          {media.map((server) => (
            <MediaServerRow key={server.name} server={server} all={media} />
          ))}
        </ul>
      </Panel>
      <Panel title={t("servers.sip")} flush>
        {sip.length === 0 && <Empty title={t("servers.noSip")} hint={t("servers.noneHint")} />}
        <ul className={classes["list"]} aria-label={t("servers.sip")}>
          {sip.map((server) => (
            <SipServerRow key={server.name} server={server} />
          ))}
        </ul>
      </Panel>
      <p className={classes["quiet"]}>{t("servers.seenBy", { node: nodeId })}</p>
    </div>
  );
}
