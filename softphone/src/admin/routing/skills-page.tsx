import { Button, Group, Table } from "@mantine/core";
import type { routing } from "@ringdown/contract";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "../../shared/dialogs.tsx";
import { ListTable } from "../../shared/list-table.tsx";
import { Empty, Page, Panel } from "../../shared/page.tsx";
import { QuietButton } from "../../shared/quiet-button.tsx";
import adminClasses from "../admin.module.css";
import { problemsAt } from "./core/problems.ts";
import { removeThing } from "./core/routing-edit.ts";
import { DraftTag } from "./draft-tag.tsx";
import { ProblemList } from "./problem-list.tsx";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";
import { SkillDialog } from "./skill-dialog.tsx";
import { SkillMatrix } from "./skill-matrix.tsx";

/** What agents can be good at, and who is how good at what. */
export function SkillsPage() {
  const { t } = useTranslation();
  const { document, canEdit } = useRouting();
  const [edited, setEdited] = useState<routing.Skill | "new" | null>(null);
  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited("new")} data-testid="skill-add">
      {t("skills.add")}
    </Button>
  );
  return (
    <Page title={t("nav.skills")} hint={t("skills.hint")} actions={canEdit && add}>
      <div className={adminClasses["stack"]}>
        <Panel title={t("skills.list")} flush>
          {document.skills.length === 0 ? (
            <Empty title={t("skills.empty")} hint={t("skills.emptyHint")} />
          ) : (
            <SkillList onEdit={setEdited} />
          )}
        </Panel>
        {document.skills.length > 0 && (
          <Panel title={t("skills.matrix")}>
            <SkillMatrix />
          </Panel>
        )}
      </div>
      {edited !== null && <SkillDialog skill={edited} onClose={() => setEdited(null)} />}
    </Page>
  );
}

function SkillList(props: { onEdit: (skill: routing.Skill) => void }) {
  const { t } = useTranslation();
  const { document } = useRouting();
  return (
    <ListTable
      minWidth={640}
      headings={[
        t("people.name"),
        t("skills.key"),
        t("skills.values"),
        { name: t("skills.people"), is: "right" },
        { name: t("common.actions"), is: "hidden" },
      ]}
    >
      {document.skills.map((skill) => (
        <SkillRow key={skill.id} skill={skill} onEdit={() => props.onEdit(skill)} />
      ))}
    </ListTable>
  );
}

function SkillRow(props: { skill: routing.Skill; onEdit: () => void }) {
  const { t } = useTranslation();
  const { skill } = props;
  const { document, canEdit, edit, problems } = useRouting();
  const confirm = useConfirm();
  const own = problemsAt(problems, { list: "skills", id: skill.id, field: "" });
  const having = document.agents.filter(({ skills }) =>
    Object.keys(skills).some((one) => one === skill.key || one.startsWith(`${skill.key}=`)),
  ).length;
  const remove = () => edit((before) => removeThing(before, "skills", skill.id));
  return (
    <Table.Tr>
      <Table.Td fw={600}>
        {skill.name} <DraftTag what="skill" id={skill.id} />
        {own.length > 0 && canEdit && <ProblemList problems={own} />}
      </Table.Td>
      <Table.Td>
        <code>{skill.key}</code>
      </Table.Td>
      <Table.Td className={classes["wrap"] ?? ""}>
        {skill.values.map(({ value, name }) => `${name} (${value})`).join(", ") || "–"}
      </Table.Td>
      <Table.Td ta="right" className="rd-num">
        {having}
      </Table.Td>
      <Table.Td>
        {canEdit && (
          <Group gap={2} justify="flex-end" wrap="nowrap">
            <QuietButton
              label={`${t("common.edit")}: ${skill.name}`}
              icon={<IconPencil size={17} />}
              onClick={props.onEdit}
            />
            <QuietButton
              label={`${t("common.delete")}: ${skill.name}`}
              icon={<IconTrash size={17} />}
              onClick={() =>
                confirm({
                  title: t("skills.deleteTitle", { name: skill.name }),
                  sentence: t("skills.deleteSentence", { count: having }),
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
