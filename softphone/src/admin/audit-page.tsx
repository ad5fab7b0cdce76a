import { Button, Center, Table } from "@mantine/core";
import { people } from "@ringdown/contract";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { TableFrame } from "../shared/table-frame.tsx";
import { call } from "../api/client.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels, type Labels } from "../shared/labels.ts";
import { Empty, LoadingRows, Page, Panel } from "../shared/page.tsx";
import { RefusalAlert } from "../shared/refusals.tsx";
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
        {query.isPending && <LoadingRows rows={8} />}
        {query.isError && <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />}
        {query.isSuccess && entries.length === 0 && <Empty title={t("audit.empty")} />}
        {entries.length > 0 && <AuditTable entries={entries} />}
        {query.hasNextPage && (
          <Center py="sm">
            <Button
              size="xs"
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {t("common.more")}
            </Button>
          </Center>
        )}
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
    <TableFrame minWidth={760}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("audit.when")}</Table.Th>
            <Table.Th>{t("audit.who")}</Table.Th>
            <Table.Th>{t("audit.what")}</Table.Th>
            <Table.Th>{t("audit.subject")}</Table.Th>
            <Table.Th>{t("audit.detail")}</Table.Th>
            <Table.Th>{t("audit.from")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
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
        </Table.Tbody>
      </Table>
    </TableFrame>
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
