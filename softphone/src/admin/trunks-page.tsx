import { Table } from "@mantine/core";
import { trunks } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { Tag } from "../shared/tag.tsx";
import { ListPage } from "./list-page.tsx";
import { RowActions } from "./row-actions.tsx";
import { TrunkDialog } from "./trunk-dialog.tsx";

/** SIP peers that may send calls. */
export function TrunksPage() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["trunks"], queryFn: () => call(trunks.listTrunks) });
  return (
    <ListPage
      title={t("nav.trunks")}
      hint={t("trunks.hint")}
      add={{ label: t("trunks.add") }}
      query={query}
      items={(data) => data.trunks}
      empty={{ title: t("trunks.empty"), hint: t("trunks.emptyHint") }}
      minWidth={680}
      headings={[
        t("people.name"),
        t("people.state"),
        t("trunks.networks"),
        t("trunks.digest"),
        { name: t("trunks.maximumCalls"), is: "right" },
        { name: t("common.actions"), is: "hidden" },
      ]}
      renderRow={(trunk, edit) => <TrunkRow key={trunk.id} trunk={trunk} onEdit={edit} />}
      renderDialog={(trunk, close) => <TrunkDialog trunk={trunk} onClose={close} />}
    />
  );
}

function TrunkRow(props: { trunk: trunks.Trunk; onEdit: () => void }) {
  const { t } = useTranslation();
  const { trunk } = props;
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
        <RowActions
          name={trunk.name}
          onEdit={props.onEdit}
          deletion={{
            title: t("trunks.deleteTitle", { name: trunk.name }),
            sentence: t("trunks.deleteSentence"),
            run: () => call(trunks.deleteTrunk, { params: { trunkId: trunk.id } }),
            list: "trunks",
          }}
        />
      </Table.Td>
    </Table.Tr>
  );
}
