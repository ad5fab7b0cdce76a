import { Button, Table } from "@mantine/core";
import { interactions as contract } from "@ringdown/contract";
import { IconMicrophone2 } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { call } from "../api/client.ts";
import { useMe } from "../session/session.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { ListTable } from "../shared/list-table.tsx";
import { Empty, Page, Panel } from "../shared/page.tsx";
import { PagedListing } from "../shared/paged-listing.tsx";
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
        <PagedListing
          query={query}
          items={found}
          empty={
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
          }
        >
          {(items) => <InteractionTable found={items} />}
        </PagedListing>
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
    <ListTable
      minWidth={860}
      headings={[
        t("interaction.number"),
        t("interaction.from"),
        t("interaction.started"),
        t("interaction.queue"),
        t("interaction.agent"),
        { name: t("interaction.wait"), is: "right" },
        { name: t("interaction.talk"), is: "right" },
        t("interaction.outcome"),
        { name: t("interaction.recording"), is: "hidden" },
      ]}
      highlightOnHover
    >
      {props.found.map((one) => (
        <Row key={one.id} one={one} />
      ))}
    </ListTable>
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
