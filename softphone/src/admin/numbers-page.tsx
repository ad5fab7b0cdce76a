import { ActionIcon, Button, Group, Table, Tooltip } from "@mantine/core";
import { telephony } from "@ringdown/contract";
import { IconCode, IconExternalLink, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TableFrame } from "../shared/table-frame.tsx";
import { Link } from "react-router";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { useConfirm } from "../shared/dialogs.tsx";
import { useLabels } from "../shared/labels.ts";
import { Empty, Listing, Page, Panel } from "../shared/page.tsx";
import { useAction } from "../shared/refusals.tsx";
import { EmbedDialog, NumberDialog } from "./number-dialogs.tsx";

/** Numbers that can be called, and the flows behind them. */
export function NumbersPage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["numbers"], queryFn: () => call(telephony.listNumbers) });
  const [edited, setEdited] = useState<telephony.PhoneNumber | "new" | null>(null);
  const [embedded, setEmbedded] = useState<telephony.PhoneNumber | null>(null);
  const add = isAdministrator && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited("new")}>
      {t("numbers.add")}
    </Button>
  );
  return (
    <Page title={t("nav.numbers")} hint={t("numbers.hint")} actions={add}>
      <Panel flush>
        <Listing
          query={query}
          items={(data) => data.numbers}
          empty={<Empty title={t("numbers.empty")} hint={t("numbers.emptyHint")} />}
        >
          {(items) => (
            <TableFrame minWidth={620}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("numbers.number")}</Table.Th>
                    <Table.Th>{t("numbers.label")}</Table.Th>
                    <Table.Th>{t("numbers.flow")}</Table.Th>
                    <Table.Th>{t("numbers.web")}</Table.Th>
                    <Table.Th>
                      <span className="rd-visually-hidden">{t("common.actions")}</span>
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((number) => (
                    <NumberRow
                      key={number.id}
                      number={number}
                      canEdit={isAdministrator}
                      onEdit={setEdited}
                      onEmbed={setEmbedded}
                    />
                  ))}
                </Table.Tbody>
              </Table>
            </TableFrame>
          )}
        </Listing>
      </Panel>
      {edited !== null && <NumberDialog number={edited} onClose={() => setEdited(null)} />}
      <EmbedDialog number={embedded} onClose={() => setEmbedded(null)} />
    </Page>
  );
}

function NumberRow(props: {
  number: telephony.PhoneNumber;
  canEdit: boolean;
  onEdit: (number: telephony.PhoneNumber) => void;
  onEmbed: (number: telephony.PhoneNumber) => void;
}) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { number } = props;
  return (
    <Table.Tr data-testid="number-row">
      <Table.Td fw={600} className="rd-num">
        {number.number}
      </Table.Td>
      <Table.Td>{number.label === "" ? "–" : number.label}</Table.Td>
      <Table.Td>
        <Link to={`/admin/flows/${number.flowId}`}>{labels.flow(number.flowId)}</Link>
      </Table.Td>
      <Table.Td>
        {number.openToWeb ? (
          <Group gap={4} wrap="nowrap">
            <a href={`/call/${encodeURIComponent(number.number)}`} target="_blank" rel="noreferrer">
              {t("numbers.callPage")} <IconExternalLink size={13} aria-hidden />
            </a>
            <Tooltip label={t("numbers.embed")}>
              <ActionIcon
                variant="subtle"
                onClick={() => props.onEmbed(number)}
                aria-label={t("numbers.embedNumber", { number: number.number })}
              >
                <IconCode size={17} />
              </ActionIcon>
            </Tooltip>
          </Group>
        ) : (
          t("numbers.closed")
        )}
      </Table.Td>
      <Table.Td ta="right">
        {props.canEdit && <NumberActions number={number} onEdit={props.onEdit} />}
      </Table.Td>
    </Table.Tr>
  );
}

function NumberActions(props: {
  number: telephony.PhoneNumber;
  onEdit: (number: telephony.PhoneNumber) => void;
}) {
  const { t } = useTranslation();
  const { number } = props;
  const confirm = useConfirm();
  const queries = useQueryClient();
  const remove = useAction(() => call(telephony.deleteNumber, { params: { numberId: number.id } }), {
    onDone: () => void queries.invalidateQueries({ queryKey: ["numbers"] }),
  });
  const ask = () =>
    confirm({
      title: t("numbers.deleteTitle", { number: number.number }),
      sentence: t("numbers.deleteSentence"),
      action: t("common.delete"),
      run: () => remove.mutate(undefined),
    });
  return (
    <RowActions
      name={number.number}
      onEdit={() => props.onEdit(number)}
      onDelete={ask}
      isDeleting={remove.isPending}
    />
  );
}

/** Edit and delete at the end of a row. */
export function RowActions(props: {
  name: string;
  onEdit?: () => void;
  onDelete: () => void;
  isDeleting: boolean;
}) {
  const { t } = useTranslation();
  return (
    <Group gap={2} justify="flex-end" wrap="nowrap">
      {props.onEdit !== undefined && (
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={props.onEdit}
          aria-label={`${t("common.edit")}: ${props.name}`}
        >
          <IconPencil size={17} />
        </ActionIcon>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={props.onDelete}
        loading={props.isDeleting}
        aria-label={`${t("common.delete")}: ${props.name}`}
      >
        <IconTrash size={17} />
      </ActionIcon>
    </Group>
  );
}
