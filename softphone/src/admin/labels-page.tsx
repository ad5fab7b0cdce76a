import { Button, Group, Table, TextInput } from "@mantine/core";
import { agentDesk } from "@ringdown/contract";
import { IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useConfirm } from "../shared/dialogs.tsx";
import { Empty, LoadingRows, Page, Panel } from "../shared/page.tsx";
import { QuietButton } from "../shared/quiet-button.tsx";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";
import classes from "./admin.module.css";

/** The words that agents choose from: dispositions, and reasons for not being ready. */
export function LabelsPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ["labels"],
    queryFn: () => call(agentDesk.listLabels),
    staleTime: 60_000,
  });
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ["labels"] });
    void queries.invalidateQueries({ queryKey: ["desk"] });
  };
  return (
    <Page title={t("nav.labels")} hint={t("labels.hint")}>
      {query.isPending && <LoadingRows />}
      {query.isError && <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <div
          className={classes["fields"]}
          style={{ gridTemplateColumns: "repeat(auto-fit, minmax(300px, 1fr))", alignItems: "start" }}
        >
          <LabelPanel
            title={t("labels.dispositions")}
            items={query.data.dispositions}
            add={(label) => call(agentDesk.createDisposition, { body: { label } })}
            remove={(dispositionId) => call(agentDesk.deleteDisposition, { params: { dispositionId } })}
            refresh={refresh}
          />
          <LabelPanel
            title={t("labels.reasons")}
            items={query.data.notReadyReasons}
            add={(label) => call(agentDesk.createNotReadyReason, { body: { label } })}
            remove={(reasonId) => call(agentDesk.deleteNotReadyReason, { params: { reasonId } })}
            refresh={refresh}
          />
        </div>
      )}
    </Page>
  );
}

function LabelPanel(props: {
  title: string;
  items: readonly { id: string; label: string; retired: boolean }[];
  add: (label: string) => Promise<unknown>;
  remove: (id: string) => Promise<unknown>;
  refresh: () => void;
}) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const [label, setLabel] = useState("");
  const add = useAction(props.add, {
    onDone: () => {
      setLabel("");
      props.refresh();
    },
  });
  const remove = useAction(props.remove, { onDone: props.refresh });
  const used = props.items.filter((item) => !item.retired);
  return (
    <Panel title={props.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (label.trim() !== "") add.mutate(label.trim());
        }}
      >
        <Group gap="xs" wrap="nowrap">
          <TextInput
            aria-label={t("labels.new", { list: props.title })}
            placeholder={t("labels.placeholder")}
            maxLength={60}
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
            style={{ flex: 1 }}
          />
          <Button type="submit" variant="default" loading={add.isPending} disabled={label.trim() === ""}>
            {t("common.add")}
          </Button>
        </Group>
      </form>
      {used.length === 0 ? (
        <Empty title={t("labels.empty")} />
      ) : (
        <Table mt="xs" verticalSpacing={4} horizontalSpacing={4}>
          <Table.Tbody>
            {used.map((item) => (
              <Table.Tr key={item.id}>
                <Table.Td>{item.label}</Table.Td>
                <Table.Td ta="right">
                  <QuietButton
                    label={`${t("labels.retire")}: ${item.label}`}
                    icon={<IconTrash size={16} />}
                    onClick={() =>
                      confirm({
                        title: t("labels.retireTitle", { label: item.label }),
                        sentence: t("labels.retireSentence"),
                        action: t("labels.retire"),
                        run: () => remove.mutate(item.id),
                      })
                    }
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}
