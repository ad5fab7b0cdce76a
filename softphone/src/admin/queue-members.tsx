import { Button, Group, NumberInput, Select, Stack, Table, Text } from "@mantine/core";
import { queues } from "@ringdown/contract";
import { IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useLabels } from "../shared/labels.ts";
import { Empty } from "../shared/page.tsx";
import { QuietButton } from "../shared/quiet-button.tsx";
import { useAction } from "../shared/refusals.tsx";

/** Who works in the queue, and which queue comes first for whom. Each change is saved at once. */
export function QueueMembers(props: { queue: queues.Queue }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { queue } = props;
  const queries = useQueryClient();
  const [members, setMembers] = useState(queue.members);
  useEffect(() => setMembers(queue.members), [queue.members]);
  const save = useAction((next: queues.QueueMember[]) =>
    call(queues.setQueueMembers, { params: { queueId: queue.id }, body: { members: next } }).finally(
      () => void queries.invalidateQueries({ queryKey: ["queues"] }),
    ),
  );
  const change = (next: queues.QueueMember[]) => {
    setMembers(next);
    save.mutate(next);
  };
  const others = labels.people.filter((person) => members.every((member) => member.personId !== person.id));
  return (
    <Stack gap="sm">
      <AddMember people={others} onAdd={(personId) => change([...members, { personId, ...queues.plainMembership }])} />
      {members.length === 0 ? (
        <Empty title={t("queues.noMembers")} hint={t("queues.noMembersHint")} />
      ) : (
        <Table verticalSpacing={4} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("interaction.agent")}</Table.Th>
              <Table.Th w={92}>{t("queues.memberPriority")}</Table.Th>
              <Table.Th w={36}>
                <span className="rd-visually-hidden">{t("common.actions")}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {members.map((member) => (
              <Table.Tr key={member.personId} data-testid="queue-member">
                <Table.Td>{labels.person(member.personId)}</Table.Td>
                <Table.Td>
                  <MemberPriority
                    name={labels.person(member.personId)}
                    value={member.priority}
                    onChange={(priority) =>
                      change(members.map((one) => (one === member ? { ...one, priority } : one)))
                    }
                  />
                </Table.Td>
                <Table.Td>
                  <QuietButton
                    label={t("queues.removeMember", { name: labels.person(member.personId) })}
                    icon={<IconTrash size={16} />}
                    onClick={() => change(members.filter((one) => one !== member))}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Text size="xs" c="dimmed">
        {t("queues.memberPriorityHint")}
      </Text>
    </Stack>
  );
}

function AddMember(props: { people: { id: string; name: string }[]; onAdd: (personId: string) => void }) {
  const { t } = useTranslation();
  const [personId, setPersonId] = useState<string | null>(null);
  return (
    <Group gap="xs" wrap="nowrap">
      <Select
        aria-label={t("queues.addMember")}
        placeholder={t("queues.choosePerson")}
        searchable
        nothingFoundMessage={t("common.nothing")}
        value={personId}
        onChange={setPersonId}
        data={props.people.map((person) => ({ value: person.id, label: person.name }))}
        style={{ flex: 1 }}
        comboboxProps={{ withinPortal: true }}
      />
      <Button
        variant="default"
        disabled={personId === null}
        onClick={() => {
          if (personId !== null) props.onAdd(personId);
          setPersonId(null);
        }}
      >
        {t("common.add")}
      </Button>
    </Group>
  );
}

function MemberPriority(props: { name: string; value: number; onChange: (priority: number) => void }) {
  const { t } = useTranslation();
  return (
    <NumberInput
      size="xs"
      aria-label={`${t("queues.memberPriority")}: ${props.name}`}
      min={0}
      max={10}
      value={props.value}
      onChange={(value) => {
        if (typeof value === "number" && value !== props.value) props.onChange(value);
      }}
    />
  );
}
