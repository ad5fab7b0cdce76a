import { Table } from "@mantine/core";
import { routing } from "@ringdown/contract";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../../api/client.ts";
import { useFormats } from "../../shared/format.ts";
import { ListTable } from "../../shared/list-table.tsx";
import { Empty, Page, Panel } from "../../shared/page.tsx";
import { PagedListing } from "../../shared/paged-listing.tsx";
import { Tag } from "../../shared/tag.tsx";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

const pageSize = 50;

/** What was published, newest first. */
export function VersionsPage() {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["routing", "versions"],
    queryFn: ({ pageParam }) =>
      call(routing.listRoutingVersions, {
        query: { limit: pageSize, ...(pageParam !== null && { before: pageParam }) },
      }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ versions }) =>
      versions.length < pageSize ? null : (versions.at(-1)?.version ?? null),
  });
  const versions = query.data?.pages.flatMap((page) => page.versions) ?? [];
  return (
    <Page title={t("nav.versions")} hint={t("version.hint")}>
      <Panel flush>
        <PagedListing
          query={query}
          items={versions}
          empty={<Empty title={t("version.empty")} hint={t("version.emptyHint")} />}
        >
          {(items) => (
            <ListTable
              minWidth={720}
              headings={[
                t("version.version"),
                t("version.when"),
                t("version.who"),
                t("version.source"),
                t("version.note"),
                { name: t("version.differences"), is: "right" },
              ]}
            >
              {items.map((version) => (
                <VersionRow key={version.version} version={version} />
              ))}
            </ListTable>
          )}
        </PagedListing>
      </Panel>
    </Page>
  );
}

function VersionRow(props: { version: routing.RoutingVersion }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { loaded } = useRouting();
  const { version, at, personName, note, source, differences } = props.version;
  return (
    <Table.Tr data-testid="version-row">
      <Table.Td fw={600}>
        <Link to={String(version)}>{t("flows.version", { version })}</Link>{" "}
        {loaded.version === version && <Tag tone="good">{t("version.now")}</Tag>}
      </Table.Td>
      <Table.Td className="rd-num">{formats.moment(Date.parse(at))}</Table.Td>
      <Table.Td>{personName ?? t("version.system")}</Table.Td>
      <Table.Td>{t(`version.sourceIs.${source}`)}</Table.Td>
      <Table.Td className={classes["wrap"] ?? ""}>{note === "" ? "–" : note}</Table.Td>
      <Table.Td ta="right" className="rd-num">
        {differences}
      </Table.Td>
    </Table.Tr>
  );
}
