import { Button, Group, Table, Text, TextInput } from "@mantine/core";
import { useRef, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useLabels } from "../../shared/labels.ts";
import { TableFrame } from "../../shared/table-frame.tsx";
import { parseCells, readLevel } from "./core/pasted.ts";
import { agentOf, setProficiency, skillsToHave } from "./core/routing-edit.ts";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

const pageSize = 40;

/** Agents by skills: a digit sets a proficiency, arrows walk, cells can be pasted from a spreadsheet. */
export function SkillMatrix() {
  const { t } = useTranslation();
  const labels = useLabels();
  const { document } = useRouting();
  const [person, setPerson] = useState("");
  const [skill, setSkill] = useState("");
  const [most, setMost] = useState(pageSize);
  const fits = (text: string, wanted: string) => text.toLowerCase().includes(wanted.trim().toLowerCase());
  const people = labels.people.filter(({ name }) => fits(name, person));
  const skills = skillsToHave(document.skills).filter((one) => fits(`${one.skill} ${one.name}`, skill));
  return (
    <div className={classes["rows"]}>
      <Group gap="xs">
        <TextInput
          size="xs"
          aria-label={t("skills.filterPeople")}
          placeholder={t("skills.filterPeople")}
          value={person}
          onChange={(event) => setPerson(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          aria-label={t("skills.filterSkills")}
          placeholder={t("skills.filterSkills")}
          value={skill}
          onChange={(event) => setSkill(event.currentTarget.value)}
        />
      </Group>
      <Cells people={people.slice(0, most)} skills={skills} />
      {people.length > most && (
        <div>
          <Button size="xs" variant="default" onClick={() => setMost(most + pageSize)}>
            {t("queues.moreMembers", { count: people.length - most })}
          </Button>
        </div>
      )}
      <Text size="xs" c="dimmed">
        {t("skills.matrixHint")}
      </Text>
    </div>
  );
}

interface Named {
  id: string;
  name: string;
}

function Cells(props: { people: readonly Named[]; skills: readonly { skill: string; name: string }[] }) {
  const { t } = useTranslation();
  const { people, skills } = props;
  const { edit } = useRouting();
  const table = useRef<HTMLTableElement>(null);
  const focus = (row: number, column: number) => {
    const cell = table.current?.querySelector<HTMLInputElement>(`[data-cell="${row},${column}"]`);
    cell?.focus();
    cell?.select();
  };
  const paste = (row: number, column: number, text: string) =>
    edit((document) =>
      parseCells(text).reduce(
        (before, cells, down) =>
          cells.reduce<typeof before>((between, level, right) => {
            const [who, what] = [people[row + down], skills[column + right]];
            if (who === undefined || what === undefined || level === null) return between;
            return setProficiency(between, who.id, what.skill, level);
          }, before),
        document,
      ),
    );
  return (
    <TableFrame minWidth={180 + skills.length * 92}>
      <Table ref={table} className={classes["matrix"] ?? ""} horizontalSpacing={8} verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("interaction.agent")}</Table.Th>
            {skills.map(({ skill, name }) => (
              <Table.Th key={skill} title={name}>
                {skill}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map((person, row) => (
            <Table.Tr key={person.id}>
              <Table.Th scope="row">
                <Link to={`/admin/people/${person.id}`}>{person.name}</Link>
              </Table.Th>
              {skills.map(({ skill }, column) => (
                <Table.Td key={skill}>
                  <Cell
                    person={person}
                    skill={skill}
                    place={`${row},${column}`}
                    onMove={(down, right) => focus(row + down, column + right)}
                    onPaste={(text) => paste(row, column, text)}
                  />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

const moves: Record<string, [down: number, right: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Enter: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function Cell(props: {
  person: Named;
  skill: string;
  place: string;
  onMove: (down: number, right: number) => void;
  onPaste: (text: string) => void;
}) {
  const { document, canEdit, edit } = useRouting();
  const level = agentOf(document, props.person.id).skills[props.skill] ?? 0;
  const move = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = moves[event.key];
    if (step === undefined || event.nativeEvent.isComposing) return;
    event.preventDefault();
    props.onMove(...step);
  };
  const paste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData("text");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    props.onPaste(text);
  };
  return (
    <input
      className={classes["cell"]}
      data-cell={props.place}
      data-level={level === 0 ? undefined : level}
      aria-label={`${props.person.name}: ${props.skill}`}
      inputMode="numeric"
      maxLength={2}
      readOnly={!canEdit}
      value={level === 0 ? "" : String(level)}
      onFocus={(event) => event.currentTarget.select()}
      onKeyDown={move}
      onPaste={paste}
      onChange={(event) => {
        const next = readLevel(event.currentTarget.value);
        if (next !== null) edit((before) => setProficiency(before, props.person.id, props.skill, next));
      }}
    />
  );
}
