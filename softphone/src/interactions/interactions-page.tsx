import { Button, Center, Table } from "@mantine/core";
import { interactions as contract } from "@ringdown/contract";
import { IconMicrophone2 } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { TableFrame } from "../shared/table-frame.tsx";
import { Link, useNavigate, useSearchParams } from "react-router";
import { call } from "../api/client.ts";
import { useMe } from "../session/session.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { Empty, LoadingRows, Page, Panel } from "../shared/page.tsx";
import { RefusalAlert } from "../shared/refusals.tsx";
import { emptySearch, readSearch, toQuery, writeSearch, type SearchForm } from "./core/search.ts";
import { OutcomeBadge } from "./outcome.tsx";
import { SearchBar } from "./search-bar.tsx";

/** Everything that happened, found by number, time, queue, agent or outcome. */
export function InteractionsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const [params, setParams] = useSearchParams();
  const form = useMemo(() => readSearch(params), [params]);
  const search = (next: SearchForm) => setParams(writeSearch(next), { replace: true });
  const query = useInteractions(form);
  const found = query.data?.pages.flatMap((page) => page.interactions) ?? [];
  const isFiltered = writeSearch(form).toString() !== "";
  return (
    <Page title={t("nav.interactions")} {...(me.role === "agent" && { hint: t("interaction.onlyOwn") })}>
      <SearchBar form={form} onChange={search} isAgent={me.role === "agent"} />
      <Panel flush>
        {query.isPending && <LoadingRows rows={8} />}
        {query.isError && <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />}
        {query.isSuccess && found.length === 0 && (
          <Empty
            title={isFiltered ? t("interaction.nothingFound") : t("interaction.noneYet")}
            hint={isFiltered ? t("interaction.nothingFoundHint") : t("interaction.noneYetHint")}
            action={
              isFiltered && (
                <Button size="xs" variant="default" onClick={() => search(emptySearch)}>
                  {t("interaction.clearSearch")}
                </Button>
              )
            }
          />
        )}
        {found.length > 0 && <InteractionTable found={found} />}
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

function useInteractions(form: SearchForm) {
  const query = toQuery(form);
  return useInfiniteQuery({
    queryKey: ["interactions", "search", query],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      call(contract.searchInteractions, {
        query: { ...query, limit: 50, ...(pageParam !== null && { cursor: pageParam }) } as SearchQuery,
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
}
type SearchQuery = NonNullable<Parameters<typeof call<typeof contract.searchInteractions>>[1]>["query"] &
  object;

function InteractionTable(props: { found: readonly contract.Interaction[] }) {
  const { t } = useTranslation();
  return (
    <TableFrame minWidth={860}>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("interaction.number")}</Table.Th>
            <Table.Th>{t("interaction.from")}</Table.Th>
            <Table.Th>{t("interaction.started")}</Table.Th>
            <Table.Th>{t("interaction.queue")}</Table.Th>
            <Table.Th>{t("interaction.agent")}</Table.Th>
            <Table.Th ta="right">{t("interaction.wait")}</Table.Th>
            <Table.Th ta="right">{t("interaction.talk")}</Table.Th>
            <Table.Th>{t("interaction.outcome")}</Table.Th>
            <Table.Th>
              <span className="rd-visually-hidden">{t("interaction.recording")}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.found.map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function Row(props: { one: contract.Interaction }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const navigate = useNavigate();
  const { one } = props;
  const to = `/interactions/${one.id}`;
  const time = (ms: number | null) => (ms === null ? "–" : formatDuration(ms));
  return (
    <Table.Tr
      data-testid="interaction-row"
      data-id={one.id}
      style={{ cursor: "pointer" }}
      onClick={() => void navigate(to)}
    >
      <Table.Td className="rd-num">
        <Link to={to} onClick={(event) => event.stopPropagation()}>
          #{one.number}
        </Link>
      </Table.Td>
      <Table.Td className="rd-num">{labels.caller(one.from)}</Table.Td>
      <Table.Td className="rd-num">{formats.moment(one.startedAt)}</Table.Td>
      <Table.Td>{labels.queue(one.queueId)}</Table.Td>
      <Table.Td>{labels.person(one.agentId)}</Table.Td>
      <Table.Td className="rd-num" ta="right">
        {time(one.waitMs)}
      </Table.Td>
      <Table.Td className="rd-num" ta="right">
        {time(one.talkMs)}
      </Table.Td>
      <Table.Td>
        <OutcomeBadge outcome={one.outcome} />
      </Table.Td>
      <Table.Td>
        {one.recordings.length > 0 && (
          <IconMicrophone2 size={16} role="img" aria-label={t("interaction.recorded")} />
        )}
      </Table.Td>
    </Table.Tr>
  );
}
