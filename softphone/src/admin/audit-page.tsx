import { Table } from "@mantine/core";
import { people } from "@ringdown/contract";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels, type Labels } from "../shared/labels.ts";
import { ListTable } from "../shared/list-table.tsx";
import { Empty, Page, Panel } from "../shared/page.tsx";
import { PagedListing } from "../shared/paged-listing.tsx";
import classes from "./admin.module.css";

const pageSize = 50;

/** Who changed what, newest first. */
export function AuditPage() {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["audit"],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      call(people.listAudit, {
        query: { limit: pageSize, ...(pageParam !== null && { before: pageParam }) },
      }),
    getNextPageParam: (page) => (page.entries.length < pageSize ? null : (page.entries.at(-1)?.id ?? null)),
  });
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Page title={t("nav.audit")} hint={t("audit.hint")}>
      <Panel flush>
        <PagedListing query={query} items={entries} empty={<Empty title={t("audit.empty")} />}>
          {(items) => <AuditTable entries={items} />}
        </PagedListing>
      </Panel>
    </Page>
  );
}

type Entry = Awaited<ReturnType<typeof call<typeof people.listAudit>>>["entries"][number];

function AuditTable(props: { entries: readonly Entry[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const labels = useLabels();
  return (
    <ListTable
      minWidth={760}
      headings={[
        t("audit.when"),
        t("audit.who"),
        t("audit.what"),
        t("audit.subject"),
        t("audit.detail"),
        t("audit.from"),
      ]}
    >
      {props.entries.map((entry) => (
        <Table.Tr key={entry.id}>
          <Table.Td className="rd-num" style={{ whiteSpace: "nowrap" }}>
            {formats.dateTime(Date.parse(entry.at))}
          </Table.Td>
          <Table.Td style={{ whiteSpace: "nowrap" }}>
            {entry.actorName ?? (entry.ip === null ? t("party.system") : "–")}
          </Table.Td>
          <Table.Td>{entry.action}</Table.Td>
          <Table.Td style={{ overflowWrap: "anywhere" }}>{nameOf(labels, entry.subject)}</Table.Td>
          <Table.Td className={classes["detail"] ?? ""}>{detailText(entry.detail)}</Table.Td>
          <Table.Td className="rd-num">{entry.ip ?? "–"}</Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}

/** `person:<id>` by the person's name, and so on; anything else as it is. */
function nameOf(labels: Labels, subject: string): string {
  const [kind, id = ""] = subject.split(/:(.*)/s);
  switch (kind) {
    case "person":
      return labels.person(id);
    case "queue":
      return labels.queue(id);
    case "flow":
      return labels.flow(id);
    case "disposition":
      return labels.disposition(id);
    default:
      return subject;
  }
}

function detailText(detail: Entry["detail"]): string {
  return Object.entries(detail)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ");
}
