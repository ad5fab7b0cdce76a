import { Button, Group, MultiSelect, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { routing } from "@ringdown/contract";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "../../shared/dialogs.tsx";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { useLabels } from "../../shared/labels.ts";
import { ListTable } from "../../shared/list-table.tsx";
import { Empty, Page, Panel } from "../../shared/page.tsx";
import { QuietButton } from "../../shared/quiet-button.tsx";
import { problemsAt } from "./core/problems.ts";
import { newId, putThing, removeThing } from "./core/routing-edit.ts";
import { DraftTag } from "./draft-tag.tsx";
import { ProblemList } from "./problem-list.tsx";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

/** People who are put into queues together. */
export function TeamsPage() {
  const { t } = useTranslation();
  const { document, canEdit } = useRouting();
  const [edited, setEdited] = useState<routing.Team | "new" | null>(null);
  return (
    <Page
      title={t("nav.teams")}
      hint={t("team.hint")}
      actions={
        canEdit && (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => setEdited("new")}
            data-testid="team-add"
          >
            {t("team.add")}
          </Button>
        )
      }
    >
      <Panel flush>
        {document.teams.length === 0 ? (
          <Empty title={t("team.empty")} hint={t("team.emptyHint")} />
        ) : (
          <ListTable
            minWidth={620}
            headings={[
              t("people.name"),
              t("team.people"),
              t("team.queues"),
              { name: t("common.actions"), is: "hidden" },
            ]}
          >
            {document.teams.map((team) => (
              <TeamRow key={team.id} team={team} onEdit={() => setEdited(team)} />
            ))}
          </ListTable>
        )}
      </Panel>
      {edited !== null && <TeamDialog team={edited} onClose={() => setEdited(null)} />}
    </Page>
  );
}

const mostNames = 6;

function TeamRow(props: { team: routing.Team; onEdit: () => void }) {
  const { t } = useTranslation();
  const { team } = props;
  const labels = useLabels();
  const { document, canEdit, edit, problems } = useRouting();
  const confirm = useConfirm();
  const own = problemsAt(problems, { list: "teams", id: team.id, field: "" });
  const names = team.personIds.map((id) => labels.person(id));
  const queues = document.queues.filter(({ teams }) => teams.some(({ teamId }) => teamId === team.id));
  const more = names.length - mostNames;
  const remove = () =>
    edit((before) => {
      const queuesLeft = before.queues.map((queue) => ({
        ...queue,
        teams: queue.teams.filter(({ teamId }) => teamId !== team.id),
      }));
      return removeThing({ ...before, queues: queuesLeft }, "teams", team.id);
    });
  return (
    <Table.Tr>
      <Table.Td fw={600}>
        {team.name} <DraftTag what="team" id={team.id} />
        {own.length > 0 && canEdit && <ProblemList problems={own} />}
      </Table.Td>
      <Table.Td className={classes["wrap"] ?? ""}>
        {names.length === 0 ? "–" : names.slice(0, mostNames).join(", ")}
        {more > 0 && ` ${t("requirement.others", { count: more })}`}
      </Table.Td>
      <Table.Td className={classes["wrap"] ?? ""}>
        {queues.map(({ name }) => name).join(", ") || "–"}
      </Table.Td>
      <Table.Td>
        {canEdit && (
          <Group gap={2} justify="flex-end" wrap="nowrap">
            <QuietButton
              label={`${t("common.edit")}: ${team.name}`}
              icon={<IconPencil size={17} />}
              onClick={props.onEdit}
            />
            <QuietButton
              label={`${t("common.delete")}: ${team.name}`}
              icon={<IconTrash size={17} />}
              onClick={() =>
                confirm({
                  title: t("team.deleteTitle", { name: team.name }),
                  sentence: t("team.deleteSentence"),
                  action: t("common.delete"),
                  run: remove,
                })
              }
            />
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function TeamDialog(props: { team: routing.Team | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const { team } = props;
  const labels = useLabels();
  const { edit } = useRouting();
  const isNew = team === "new";
  const form = useForm({
    initialValues: isNew
      ? { name: "", personIds: [] as string[] }
      : { name: team.name, personIds: team.personIds },
    validate: { name: (name) => (name.trim() === "" ? t("welcome.nameNeeded") : null) },
  });
  const save = ({ name, personIds }: typeof form.values) => {
    const next = { id: isNew ? newId() : team.id, name: name.trim(), personIds };
    edit((before) => putThing(before, "teams", next));
    return Promise.resolve(next);
  };
  return (
    <FormDialog
      title={isNew ? t("team.add") : t("people.edit", { name: team.name })}
      form={form}
      save={save}
      changes={[]}
      onSaved={props.onClose}
      onClose={props.onClose}
    >
      <TextInput label={t("people.name")} data-autofocus maxLength={120} {...form.getInputProps("name")} />
      <MultiSelect
        label={t("team.people")}
        searchable
        comboboxProps={{ keepMounted: false }}
        limit={200}
        data={labels.people.map(({ id, name }) => ({ value: id, label: name }))}
        nothingFoundMessage={t("common.nothing")}
        {...form.getInputProps("personIds")}
      />
    </FormDialog>
  );
}
