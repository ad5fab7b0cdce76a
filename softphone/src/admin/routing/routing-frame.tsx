import { routing } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";
import { call } from "../../api/client.ts";
import { LoadingRows, Page } from "../../shared/page.tsx";
import { RefusalAlert } from "../../shared/refusals.tsx";
import { DraftBar } from "./draft-bar.tsx";
import { RoutingProvider, routingKey } from "./routing-context.tsx";
import classes from "./routing.module.css";

/** Around every page that is about routing: the one draft that all of them edit, and the bar that says how it stands. */
export function RoutingFrame() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: routingKey, queryFn: () => call(routing.readRouting) });
  if (query.data !== undefined)
    return (
      <RoutingProvider loaded={query.data}>
        <div className={classes["frame"]}>
          <Outlet />
          <DraftBar />
        </div>
      </RoutingProvider>
    );
  return (
    <Page title={t("routing.title")}>
      {query.isError ? (
        <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <LoadingRows rows={8} />
      )}
    </Page>
  );
}
