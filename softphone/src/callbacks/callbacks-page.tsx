import { SegmentedControl, Table } from "@mantine/core";
import { callbacks as contract } from "@ringdown/contract";
import { IconPhoneCalling } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../api/client.ts";
import { useNow } from "../live/live.tsx";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { ListTable } from "../shared/list-table.tsx";
import { Empty, Page, Panel } from "../shared/page.tsx";
import { PagedListing } from "../shared/paged-listing.tsx";
import { Tag } from "../shared/tag.tsx";
import { Elapsed } from "../shared/timers.tsx";
import { CancelDialog, NumberDialog } from "./callback-dialogs.tsx";
import { CallbackMenu } from "./callback-menu.tsx";

type Shown = "open" | "ended";
type Dialog = { kind: "cancel" | "number"; callback: contract.Callback };

/** Calls back that customers wait for, and what became of the others. */
export function CallbacksPage() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown>("open");
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["callbacks", shown],
    queryFn: ({ pageParam }) =>
      call(contract.listCallbacks, {
        query: { state: shown, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const rows = query.data?.pages.flatMap((page) => page.callbacks) ?? [];
  const headings = [
    t("callbacks.number"),
    t("interaction.queue"),
    t("callbacks.state"),
    t("callbacks.tries"),
    shown === "open" ? t("callbacks.waits") : t("callbacks.asked"),
    shown === "open" ? t("callbacks.expires") : t("callbacks.ended"),
    { name: t("common.actions"), is: "hidden" as const },
  ];
  return (
    <Page
      title={t("nav.callbacks")}
      hint={t("callbacks.hint")}
      actions={
        <SegmentedControl
          value={shown}
          onChange={setShown}
          data={[
            { value: "open", label: t("callbacks.open") },
            { value: "ended", label: t("callbacks.over") },
          ]}
          aria-label={t("callbacks.which")}
        />
      }
    >
      <Panel flush>
        <PagedListing
          query={query}
          items={rows}
          empty={
            <Empty
              title={shown === "open" ? t("callbacks.none") : t("callbacks.noneOver")}
              hint={t("callbacks.noneHint")}
            />
          }
        >
          {(items) => (
            <ListTable minWidth={820} headings={headings}>
              {items.map((one) => (
                <CallbackRow key={one.id} callback={one} isOpen={shown === "open"} onDialog={setDialog} />
              ))}
            </ListTable>
          )}
        </PagedListing>
      </Panel>
      {dialog?.kind === "cancel" && (
        <CancelDialog callback={dialog.callback} onClose={() => setDialog(null)} />
      )}
      {dialog?.kind === "number" && (
        <NumberDialog callback={dialog.callback} onClose={() => setDialog(null)} />
      )}
    </Page>
  );
}

function CallbackRow(props: {
  callback: contract.Callback;
  isOpen: boolean;
  onDialog: (dialog: Dialog) => void;
}) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const { callback, isOpen } = props;
  const { lastCause, endedAt } = callback;
  return (
    <Table.Tr data-testid="callback-row" data-state={callback.state}>
      <Table.Td className="rd-num">
        <Link to={`/interactions/${callback.originalInteractionId}`}>{labels.caller(callback.number)}</Link>
        {callback.note !== "" && <div className="rd-muted">{callback.note}</div>}
      </Table.Td>
      <Table.Td>{labels.queue(callback.queueId)}</Table.Td>
      <Table.Td>
        <CallbackStateTag callback={callback} />
      </Table.Td>
      <Table.Td className="rd-num">
        {callback.tries}
        {lastCause !== null && <span className="rd-muted"> · {t(`cause.${lastCause}`)}</span>}
      </Table.Td>
      <Table.Td>
        {isOpen ? <Elapsed since={callback.enqueuedAt} /> : formats.moment(callback.askedAt)}
      </Table.Td>
      <Table.Td className="rd-num">
        {isOpen ? formats.moment(callback.expiresAt) : endedAt === null ? "–" : formats.moment(endedAt)}
      </Table.Td>
      <Table.Td ta="right">
        {isOpen && (
          <CallbackMenu
            callback={callback}
            onCancel={() => props.onDialog({ kind: "cancel", callback })}
            onNumber={() => props.onDialog({ kind: "number", callback })}
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** Where it stands, in a word: in the queue, due later, closed, being called, or how it ended. */
function CallbackStateTag(props: { callback: contract.Callback }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  const { state, nextTryAt, closed, endReason, first } = props.callback;
  if (state === "calling")
    return (
      <Tag tone="accent">
        <IconPhoneCalling size={13} aria-hidden style={{ verticalAlign: "-2px" }} /> {t("callbacks.calling")}
      </Tag>
    );
  if (state === "waiting") {
    if (closed) return <Tag>{t("callbacks.closed")}</Tag>;
    if (nextTryAt !== null && nextTryAt > now)
      return <Tag>{t("callbacks.due", { time: formats.moment(nextTryAt) })}</Tag>;
    return <Tag tone="warn">{first ? t("callbacks.first") : t("callbacks.inQueue")}</Tag>;
  }
  if (state === "done") return <Tag tone="good">{t("callbacks.done")}</Tag>;
  const tone = state === "cancelled" ? "plain" : "bad";
  return (
    <Tag tone={tone}>
      {t(`callbacks.is.${state}`)}
      {endReason !== null && endReason !== "expired" && <> · {t(`callbackEnd.${endReason}`)}</>}
    </Tag>
  );
}
