import { Button, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { queues } from "@ringdown/contract";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.ts";
import { useLabels } from "../../../shared/labels.ts";
import { ListTable } from "../../../shared/list-table.tsx";
import { Empty } from "../../../shared/page.tsx";
import { useAction } from "../../../shared/refusals.tsx";
import { Tag } from "../../../shared/tag.tsx";
import { columnsOf, type MemberColumn } from "../core/member-columns.ts";
import { useRouting } from "../routing-context.tsx";
import { MemberRow } from "./member-row.tsx";
import type { QueueEditing } from "./queue-editing.ts";

type Member = queues.QueueMember;
const pageSize = 50;

/** Who works in the queue: people and whole teams, with what the strategy needs to know of them. */
export function MembersSection(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { queue } = props.editing;
  const { canEdit } = useRouting();
  const [isWide, setWide] = useState(false);
  const columns = columnsOf(queue, isWide);
  const rest = columnsOf(queue, true).length - columnsOf(queue, false).length;
  const isEmpty = queue.members.length === 0 && queue.teams.length === 0;
  return (
    <Stack gap="sm">
      <AddMember editing={props.editing} />
      {isEmpty ? (
        <Empty title={t("queues.noMembers")} hint={t("queues.noMembersHint")} />
      ) : (
        <Rows editing={props.editing} columns={columns} />
      )}
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed" maw={560}>
          {columns.map((column) => t(`memberColumn.hint.${column}`)).join(" ")}{" "}
          {!canEdit && t("queues.membersAtOnce")}
        </Text>
        {!isEmpty && rest > 0 && (
          <Button size="compact-xs" variant="subtle" onClick={() => setWide(!isWide)} aria-expanded={isWide}>
            {isWide ? t("memberColumn.fewer") : t("memberColumn.more")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** Administrators change the draft; supervisors change who works in the queue at once. */
function useSetMembers(editing: QueueEditing): (members: Member[]) => void {
  const { canEdit } = useRouting();
  const queries = useQueryClient();
  const { queue } = editing;
  const save = useAction((members: Member[]) =>
    call(queues.setQueueMembers, { params: { queueId: queue.id }, body: { members } }).finally(
      () => void queries.invalidateQueries({ queryKey: ["routing"] }),
    ),
  );
  return (members) => {
    if (canEdit) editing.change((before) => ({ ...before, members }));
    else save.mutate(members);
  };
}

function Rows(props: { editing: QueueEditing; columns: readonly MemberColumn[] }) {
  const { t } = useTranslation();
  const { editing, columns } = props;
  const { queue } = editing;
  const { document, canEdit } = useRouting();
  const labels = useLabels();
  const setMembers = useSetMembers(editing);
  const [filter, setFilter] = useState("");
  const [most, setMost] = useState(pageSize);
  const members = queue.members
    .map((member) => ({ member, name: labels.person(member.personId) }))
    .filter(({ name }) => name.toLowerCase().includes(filter.trim().toLowerCase()));
  const teamSize = (id: string) => document.teams.find((one) => one.id === id)?.personIds.length ?? 0;
  const team = (id: string) => document.teams.find((one) => one.id === id)?.name ?? id.slice(0, 8);
  return (
    <>
      {queue.members.length > 12 && (
        <TextInput
          size="xs"
          aria-label={t("queues.filterMembers")}
          placeholder={t("queues.filterMembers")}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      <ListTable
        minWidth={220 + columns.length * 96}
        headings={[
          t("interaction.agent"),
          ...columns.map((column) => t(`memberColumn.${column}`)),
          { name: t("common.actions"), is: "hidden" },
        ]}
      >
        {queue.teams.map((one) => (
          <MemberRow
            key={one.teamId}
            name={team(one.teamId)}
            shown={
              <>
                {team(one.teamId)} <Tag>{t("team.size", { count: teamSize(one.teamId) })}</Tag>
              </>
            }
            membership={one}
            columns={columns}
            canEdit={canEdit}
            onChange={(next) =>
              editing.change((before) => ({
                ...before,
                teams: before.teams.map((other) =>
                  other.teamId === one.teamId ? { ...other, ...next } : other,
                ),
              }))
            }
            onRemove={() =>
              editing.change((before) => ({
                ...before,
                teams: before.teams.filter((other) => other.teamId !== one.teamId),
              }))
            }
          />
        ))}
        {members.slice(0, most).map(({ member, name }) => (
          <MemberRow
            key={member.personId}
            name={name}
            shown={name}
            membership={member}
            columns={columns}
            canEdit
            onChange={(next) =>
              setMembers(queue.members.map((one) => (one === member ? { ...one, ...next } : one)))
            }
            onRemove={() => setMembers(queue.members.filter((one) => one !== member))}
          />
        ))}
        {members.length === 0 && queue.members.length > 0 && (
          <Table.Tr>
            <Table.Td colSpan={columns.length + 2}>{t("common.nothing")}</Table.Td>
          </Table.Tr>
        )}
      </ListTable>
      {members.length > most && (
        <ShowMore onClick={() => setMost(most + 4 * pageSize)}>
          {t("queues.moreMembers", { count: members.length - most })}
        </ShowMore>
      )}
    </>
  );
}

function ShowMore(props: { onClick: () => void; children: ReactNode }) {
  return (
    <div>
      <Button size="xs" variant="default" onClick={props.onClick}>
        {props.children}
      </Button>
    </div>
  );
}

/** People and teams that aren't in the queue yet, in one list. */
function AddMember(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { queue, change } = props.editing;
  const { document, canEdit } = useRouting();
  const labels = useLabels();
  const setMembers = useSetMembers(props.editing);
  const [chosen, setChosen] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const people = labels.people.filter(({ id }) => queue.members.every(({ personId }) => personId !== id));
  const teams = document.teams.filter(({ id }) => queue.teams.every(({ teamId }) => teamId !== id));
  const options = (list: readonly { id: string; name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: name }));
  const add = (id: string) => {
    if (teams.some((one) => one.id === id))
      change((before) => ({
        ...before,
        teams: [...before.teams, { teamId: id, ...queues.plainMembership }],
      }));
    else setMembers([...queue.members, { personId: id, ...queues.plainMembership }]);
    setChosen(null);
    setSearch("");
  };
  return (
    <Group gap="xs" wrap="nowrap">
      <Select
        aria-label={t("queues.addMember")}
        placeholder={t("queues.choosePerson")}
        searchable
        searchValue={search}
        onSearchChange={setSearch}
        limit={100}
        nothingFoundMessage={t("common.nothing")}
        value={chosen}
        onChange={setChosen}
        data={[
          { group: t("nav.teams"), items: canEdit ? options(teams) : [] },
          { group: t("nav.people"), items: options(people) },
        ]}
        style={{ flex: 1 }}
        comboboxProps={{ keepMounted: false }}
      />
      <Button
        variant="default"
        disabled={chosen === null}
        onClick={() => chosen !== null && add(chosen)}
        data-testid="member-add"
      >
        {t("common.add")}
      </Button>
    </Group>
  );
}
