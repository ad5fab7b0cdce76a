import { Button, Table } from "@mantine/core";
import { telephony } from "@ringdown/contract";
import { IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Tag } from "../shared/tag.tsx";
import { TableFrame } from "../shared/table-frame.tsx";
import { call } from "../api/client.ts";
import { useConfirm } from "../shared/dialogs.tsx";
import { Empty, Listing, Page, Panel } from "../shared/page.tsx";
import { useAction } from "../shared/refusals.tsx";
import { RowActions } from "./numbers-page.tsx";
import { TrunkDialog } from "./trunk-dialog.tsx";

/** SIP peers that may send calls. */
export function TrunksPage() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["trunks"], queryFn: () => call(telephony.listTrunks) });
  const [edited, setEdited] = useState<telephony.Trunk | "new" | null>(null);
  return (
    <Page
      title={t("nav.trunks")}
      hint={t("trunks.hint")}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited("new")}>
          {t("trunks.add")}
        </Button>
      }
    >
      <Panel flush>
        <Listing
          query={query}
          items={(data) => data.trunks}
          empty={<Empty title={t("trunks.empty")} hint={t("trunks.emptyHint")} />}
        >
          {(items) => (
            <TableFrame minWidth={680}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("people.name")}</Table.Th>
                    <Table.Th>{t("people.state")}</Table.Th>
                    <Table.Th>{t("trunks.networks")}</Table.Th>
                    <Table.Th>{t("trunks.digest")}</Table.Th>
                    <Table.Th ta="right">{t("trunks.maximumCalls")}</Table.Th>
                    <Table.Th>
                      <span className="rd-visually-hidden">{t("common.actions")}</span>
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((trunk) => (
                    <TrunkRow key={trunk.id} trunk={trunk} onEdit={() => setEdited(trunk)} />
                  ))}
                </Table.Tbody>
              </Table>
            </TableFrame>
          )}
        </Listing>
      </Panel>
      {edited !== null && <TrunkDialog trunk={edited} onClose={() => setEdited(null)} />}
    </Page>
  );
}

function TrunkRow(props: { trunk: telephony.Trunk; onEdit: () => void }) {
  const { t } = useTranslation();
  const { trunk } = props;
  const confirm = useConfirm();
  const queries = useQueryClient();
  const remove = useAction(() => call(telephony.deleteTrunk, { params: { trunkId: trunk.id } }), {
    onDone: () => void queries.invalidateQueries({ queryKey: ["trunks"] }),
  });
  const ask = () =>
    confirm({
      title: t("trunks.deleteTitle", { name: trunk.name }),
      sentence: t("trunks.deleteSentence"),
      action: t("common.delete"),
      run: () => remove.mutate(undefined),
    });
  return (
    <Table.Tr>
      <Table.Td fw={600}>{trunk.name}</Table.Td>
      <Table.Td>
        <Tag tone={trunk.enabled ? "good" : "plain"}>{trunk.enabled ? t("trunks.on") : t("trunks.off")}</Tag>
      </Table.Td>
      <Table.Td className="rd-num">{trunk.networks.length === 0 ? "–" : trunk.networks.join(", ")}</Table.Td>
      <Table.Td>{trunk.username ?? "–"}</Table.Td>
      <Table.Td className="rd-num" ta="right">
        {trunk.maximumCalls === 0 ? t("trunks.noLimit") : trunk.maximumCalls}
      </Table.Td>
      <Table.Td ta="right">
        <RowActions name={trunk.name} onEdit={props.onEdit} onDelete={ask} isDeleting={remove.isPending} />
      </Table.Td>
    </Table.Tr>
  );
}
