import { Button, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { telephony, type flow } from "@ringdown/contract";
import { IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Tag } from "../shared/tag.tsx";
import { TableFrame } from "../shared/table-frame.tsx";
import { Link, useNavigate } from "react-router";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { FormDialog, useConfirm } from "../shared/dialogs.tsx";
import { useFormats } from "../shared/format.ts";
import { Empty, Listing, Page, Panel } from "../shared/page.tsx";
import { useAction } from "../shared/refusals.tsx";
import { refuseInForm } from "../shared/use-form-refusal.ts";
import { RowActions } from "./numbers-page.tsx";

/** All flows with their versions. */
export function FlowsPage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["flows"], queryFn: () => call(telephony.listFlows) });
  const [isAdding, setAdding] = useState(false);
  const add = isAdministrator && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
      {t("flows.add")}
    </Button>
  );
  return (
    <Page title={t("nav.flows")} hint={t("flows.hint")} actions={add}>
      <Panel flush>
        <Listing query={query} items={(data) => data.flows} empty={<Empty title={t("flows.empty")} />}>
          {(items) => (
            <TableFrame minWidth={520}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("people.name")}</Table.Th>
                    <Table.Th>{t("flows.published")}</Table.Th>
                    <Table.Th>{t("flows.newest")}</Table.Th>
                    <Table.Th>
                      <span className="rd-visually-hidden">{t("common.actions")}</span>
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((one) => (
                    <FlowRow key={one.id} one={one} canEdit={isAdministrator} />
                  ))}
                </Table.Tbody>
              </Table>
            </TableFrame>
          )}
        </Listing>
      </Panel>
      {isAdding && <AddFlow onClose={() => setAdding(false)} />}
    </Page>
  );
}

function FlowRow(props: { one: telephony.FlowRecord; canEdit: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { one } = props;
  const newest = one.versions.reduce((a, b) => (b.version > a.version ? b : a));
  const confirm = useConfirm();
  const queries = useQueryClient();
  const remove = useAction(() => call(telephony.deleteFlow, { params: { flowId: one.id } }), {
    onDone: () => void queries.invalidateQueries({ queryKey: ["flows"] }),
  });
  const ask = () =>
    confirm({
      title: t("flows.deleteTitle", { name: one.name }),
      sentence: t("flows.deleteSentence"),
      action: t("common.delete"),
      run: () => remove.mutate(undefined),
    });
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
        {props.canEdit && <RowActions name={one.name} onDelete={ask} isDeleting={remove.isPending} />}
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

function AddFlow(props: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: "" },
    validate: { name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null) },
  });
  const add = useAction(
    ({ name }: { name: string }) => call(telephony.createFlow, { body: { name, flow: firstFlow } }),
    {
      onDone: (made) => {
        void queries.invalidateQueries({ queryKey: ["flows"] });
        void queries.invalidateQueries({ queryKey: ["labels"] });
        void navigate(`/admin/flows/${made.id}`);
      },
      onRefused: refuseInForm(form),
    },
  );
  return (
    <FormDialog
      title={t("flows.add")}
      opened
      onClose={props.onClose}
      onSubmit={form.onSubmit((values) => add.mutate(values))}
      isPending={add.isPending}
      error={add.error}
    >
      <TextInput label={t("people.name")} data-autofocus {...form.getInputProps("name")} />
    </FormDialog>
  );
}
