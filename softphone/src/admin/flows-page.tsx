import { Table } from "@mantine/core";
import { telephony, type flow } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { useFormats } from "../shared/format.ts";
import { Tag } from "../shared/tag.tsx";
import { ListPage } from "./list-page.tsx";
import { NamingDialog } from "./naming-dialog.tsx";
import { RowActions } from "./row-actions.tsx";

/** All flows with their versions. */
export function FlowsPage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["flows"], queryFn: () => call(telephony.listFlows) });
  return (
    <ListPage
      title={t("nav.flows")}
      hint={t("flows.hint")}
      {...(isAdministrator && { add: { label: t("flows.add") } })}
      query={query}
      items={(data) => data.flows}
      empty={{ title: t("flows.empty") }}
      minWidth={520}
      headings={[
        t("people.name"),
        t("flows.published"),
        t("flows.newest"),
        { name: t("common.actions"), is: "hidden" },
      ]}
      renderRow={(one) => <FlowRow key={one.id} one={one} canEdit={isAdministrator} />}
      renderDialog={(_, close) => (
        <NamingDialog
          title={t("flows.add")}
          create={(name) => call(telephony.createFlow, { body: { name, flow: firstFlow } })}
          list="flows"
          onClose={close}
        />
      )}
    />
  );
}

function FlowRow(props: { one: telephony.FlowRecord; canEdit: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { one } = props;
  const newest = one.versions.reduce((a, b) => (b.version > a.version ? b : a));
  return (
    <Table.Tr>
      <Table.Td fw={600}>
        <Link to={`/admin/flows/${one.id}`}>{one.name}</Link>
      </Table.Td>
      <Table.Td>
        {one.publishedVersion === null ? (
          <Tag tone="warn">{t("flows.unpublished")}</Tag>
        ) : (
          t("flows.version", { version: one.publishedVersion })
        )}
      </Table.Td>
      <Table.Td>
        {t("flows.version", { version: newest.version })} · {formats.moment(Date.parse(newest.createdAt))}
        {newest.createdBy !== null && ` · ${newest.createdBy}`}
      </Table.Td>
      <Table.Td ta="right">
        {props.canEdit && (
          <RowActions
            name={one.name}
            deletion={{
              title: t("flows.deleteTitle", { name: one.name }),
              sentence: t("flows.deleteSentence"),
              run: () => call(telephony.deleteFlow, { params: { flowId: one.id } }),
              list: "flows",
            }}
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** The smallest flow: greets and hangs up. */
const firstFlow: flow.Flow = {
  version: 1,
  language: "en",
  start: "greeting",
  nodes: {
    greeting: { kind: "play", prompts: [{ prompt: "welcome" }], interruptible: true, next: "goodbye" },
    goodbye: { kind: "hangup", prompts: [{ prompt: "goodbye" }] },
  },
};
