import { ActionIcon, Group, Table, Tooltip } from "@mantine/core";
import { telephony } from "@ringdown/contract";
import { IconCode, IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { useLabels } from "../shared/labels.ts";
import { ListPage } from "./list-page.tsx";
import { EmbedDialog, NumberDialog } from "./number-dialogs.tsx";
import { RowActions } from "./row-actions.tsx";

/** Numbers that can be called, and the flows behind them. */
export function NumbersPage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["numbers"], queryFn: () => call(telephony.listNumbers) });
  const [embedded, setEmbedded] = useState<telephony.PhoneNumber | null>(null);
  return (
    <ListPage
      title={t("nav.numbers")}
      hint={t("numbers.hint")}
      {...(isAdministrator && { add: { label: t("numbers.add") } })}
      query={query}
      items={(data) => data.numbers}
      empty={{ title: t("numbers.empty"), hint: t("numbers.emptyHint") }}
      minWidth={620}
      headings={[
        t("numbers.number"),
        t("numbers.label"),
        t("numbers.flow"),
        t("numbers.web"),
        { name: t("common.actions"), is: "hidden" },
      ]}
      renderRow={(number, edit) => (
        <NumberRow
          key={number.id}
          number={number}
          canEdit={isAdministrator}
          onEdit={edit}
          onEmbed={() => setEmbedded(number)}
        />
      )}
      renderDialog={(number, close) => <NumberDialog number={number} onClose={close} />}
    >
      <EmbedDialog number={embedded} onClose={() => setEmbedded(null)} />
    </ListPage>
  );
}

function NumberRow(props: {
  number: telephony.PhoneNumber;
  canEdit: boolean;
  onEdit: () => void;
  onEmbed: () => void;
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
                onClick={props.onEmbed}
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
        {props.canEdit && (
          <RowActions
            name={number.number}
            onEdit={props.onEdit}
            deletion={{
              title: t("numbers.deleteTitle", { number: number.number }),
              sentence: t("numbers.deleteSentence"),
              run: () => call(telephony.deleteNumber, { params: { numberId: number.id } }),
              list: "numbers",
            }}
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}
