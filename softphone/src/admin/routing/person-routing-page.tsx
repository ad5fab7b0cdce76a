import { Anchor, Checkbox, Radio, Select, Stack, Table, Text } from "@mantine/core";
import type { routing } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useLabels } from "../../shared/labels.ts";
import { Empty, Page, Panel } from "../../shared/page.tsx";
import { TableFrame } from "../../shared/table-frame.tsx";
import adminClasses from "../admin.module.css";
import { BackLink } from "../queue-page.tsx";
import { channels, mostAtATime, usualCapacity, type Channel } from "./core/capacity.ts";
import { problemsAt } from "./core/problems.ts";
import { agentOf, changeAgent, setProficiency, skillsToHave, staffOf } from "./core/routing-edit.ts";
import { DraftNumber } from "./fields.tsx";
import { ProblemList } from "./problem-list.tsx";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

/** What a person is good at, which queues they serve, and how much they can handle at a time. */
export function PersonRoutingPage() {
  const { t } = useTranslation();
  const { personId = "" } = useParams();
  const labels = useLabels();
  const { problems, canEdit } = useRouting();
  const name = labels.person(personId);
  const own = problemsAt(problems, { list: "agents", id: personId, field: "" });
  return (
    <Page
      title={t("agentRouting.title", { name })}
      hint={t("agentRouting.hint")}
      back={<BackLink to="/admin/people" label={t("nav.people")} />}
    >
      <div className={adminClasses["stack"]}>
        {own.length > 0 && canEdit && <ProblemList problems={own} />}
        <Panel title={t("nav.skills")}>
          <PersonSkills personId={personId} />
        </Panel>
        <Panel title={t("nav.queues")}>
          <PersonQueues personId={personId} />
        </Panel>
        <Panel title={t("capacity.title")}>
          <PersonCapacity personId={personId} />
        </Panel>
      </div>
    </Page>
  );
}

function PersonSkills(props: { personId: string }) {
  const { t } = useTranslation();
  const { personId } = props;
  const { document, canEdit, edit } = useRouting();
  const { skills } = agentOf(document, personId);
  const known = skillsToHave(document.skills);
  const shown = known.filter(({ skill }) => skills[skill] !== undefined);
  const rest = known.filter(({ skill }) => skills[skill] === undefined);
  const set = (skill: string, level: number) =>
    edit((before) => setProficiency(before, personId, skill, level));
  if (known.length === 0)
    return (
      <Empty
        title={t("skills.empty")}
        hint={t("skills.emptyHint")}
        action={
          <Anchor component={Link} to="/admin/skills" size="sm">
            {t("nav.skills")}
          </Anchor>
        }
      />
    );
  return (
    <Stack gap="sm">
      <div className={classes["fields"]}>
        {shown.map(({ skill, name }) => (
          <DraftNumber
            key={skill}
            label={name}
            description={t("skills.levelHint")}
            value={skills[skill] ?? 0}
            min={0}
            max={10}
            at={{ list: "agents", id: personId, field: `skills.${skill}` }}
            onChange={(level) => set(skill, level)}
          />
        ))}
      </div>
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("agentRouting.noSkills")}
        </Text>
      )}
      {canEdit && rest.length > 0 && (
        <Select
          label={t("agentRouting.addSkill")}
          placeholder={t("common.choose")}
          searchable
          comboboxProps={{ keepMounted: false }}
          maw={320}
          value={null}
          onChange={(skill) => skill !== null && set(skill, 5)}
          data={rest.map(({ skill, name }) => ({ value: skill, label: name }))}
          nothingFoundMessage={t("common.nothing")}
        />
      )}
    </Stack>
  );
}

function PersonQueues(props: { personId: string }) {
  const { t } = useTranslation();
  const { document } = useRouting();
  const queues = document.queues.filter((queue) =>
    staffOf(document, queue).some(({ personId }) => personId === props.personId),
  );
  if (queues.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("agentRouting.noQueues")}
      </Text>
    );
  return (
    <ul className={classes["plainList"]}>
      {queues.map(({ id, name }) => (
        <li key={id}>
          <Link to={`/admin/queues/${id}#members`}>{name}</Link>
        </li>
      ))}
    </ul>
  );
}

function PersonCapacity(props: { personId: string }) {
  const { t } = useTranslation();
  const { personId } = props;
  const { document, canEdit, edit } = useRouting();
  const agent = agentOf(document, personId);
  const set = (capacity: routing.AgentCapacity | null) =>
    edit((before) => changeAgent(before, { ...agentOf(before, personId), capacity }));
  return (
    <Stack gap="md">
      <Radio.Group
        label={t("capacity.which")}
        value={agent.capacity === null ? "one" : "own"}
        onChange={(which) => canEdit && set(which === "one" ? null : usualCapacity)}
      >
        <Stack gap={6} mt={6}>
          <Radio value="one" label={t("capacity.oneCall")} />
          <Radio value="own" label={t("capacity.own")} />
        </Stack>
      </Radio.Group>
      {agent.capacity !== null && (
        <OwnCapacity personId={personId} capacity={agent.capacity} onChange={set} />
      )}
    </Stack>
  );
}

function OwnCapacity(props: {
  personId: string;
  capacity: routing.AgentCapacity;
  onChange: (capacity: routing.AgentCapacity) => void;
}) {
  const { t } = useTranslation();
  const { capacity, onChange } = props;
  const at = (field: string) => ({ list: "agents" as const, id: props.personId, field: `capacity.${field}` });
  const most = channels.map((channel) => ({ channel, count: mostAtATime(capacity, channel) }));
  const words = most
    .filter(({ count }) => count > 0)
    .map(({ channel, count }) => t(`capacity.count.${channel}`, { count }));
  return (
    <>
      <div className={classes["fields"]}>
        <DraftNumber
          label={t("capacity.total")}
          description={t("capacity.totalHint")}
          value={capacity.total}
          min={1}
          max={1_000}
          at={at("total")}
          onChange={(total) => onChange({ ...capacity, total })}
        />
      </div>
      <TableFrame minWidth={560}>
        <Table horizontalSpacing={8}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("capacity.channelIs")}</Table.Th>
              <Table.Th>{t("capacity.weight")}</Table.Th>
              <Table.Th>{t("capacity.limit")}</Table.Th>
              <Table.Th>{t("capacity.interrupts")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {channels.map((channel) => (
              <ChannelRow key={channel} channel={channel} capacity={capacity} at={at} onChange={onChange} />
            ))}
          </Table.Tbody>
        </Table>
      </TableFrame>
      <Text size="sm" role="status">
        {words.length === 0
          ? t("capacity.nothing")
          : t("capacity.atATime", { list: words.join(t("capacity.or")) })}
      </Text>
      <Text size="xs" c="dimmed" maw={640}>
        {t("capacity.explained")}
      </Text>
    </>
  );
}

function ChannelRow(props: {
  channel: Channel;
  capacity: routing.AgentCapacity;
  at: (field: string) => { list: "agents"; id: string; field: string };
  onChange: (capacity: routing.AgentCapacity) => void;
}) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const { channel, capacity, at, onChange } = props;
  const name = t(`capacity.channel.${channel}`);
  const interrupted = capacity.interrupts[channel] ?? [];
  const toggle = (other: Channel, isOn: boolean) =>
    onChange({
      ...capacity,
      interrupts: {
        ...capacity.interrupts,
        [channel]: isOn ? [...interrupted, other] : interrupted.filter((one) => one !== other),
      },
    });
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td w={110}>
        <DraftNumber
          bare
          label={`${t("capacity.weight")}: ${name}`}
          value={capacity.weights[channel] ?? capacity.total}
          min={0}
          max={1_000}
          at={at(`weights.${channel}`)}
          onChange={(weight) =>
            onChange({ ...capacity, weights: { ...capacity.weights, [channel]: weight } })
          }
        />
      </Table.Td>
      <Table.Td w={110}>
        <DraftNumber
          bare
          label={`${t("capacity.limit")}: ${name}`}
          value={capacity.limits[channel] ?? 0}
          min={0}
          max={100}
          at={at(`limits.${channel}`)}
          onChange={(limit) => onChange({ ...capacity, limits: { ...capacity.limits, [channel]: limit } })}
        />
      </Table.Td>
      <Table.Td>
        <div className={classes["checks"]}>
          {channels
            .filter((other) => other !== channel)
            .map((other) => (
              <Checkbox
                key={other}
                size="xs"
                label={t(`capacity.channel.${other}`)}
                aria-label={t("capacity.mayInterrupt", {
                  channel: name,
                  other: t(`capacity.channel.${other}`),
                })}
                disabled={!canEdit}
                checked={interrupted.includes(other)}
                onChange={(event) => toggle(other, event.currentTarget.checked)}
              />
            ))}
        </div>
      </Table.Td>
    </Table.Tr>
  );
}
