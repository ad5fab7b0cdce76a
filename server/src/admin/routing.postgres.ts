import {
  type RoutedQueue,
  RoutingDocument,
  type Skill,
  type Team,
  type TeamMember,
} from "../contract/routing.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import { emptyRouting, inOrder, isUnchanged, type Thing, thingsOf } from "./core/routing-fields.ts";
import { replaceMembers } from "./queues.postgres.ts";

/** Reads as of one moment, whatever others change meanwhile. */
export async function atOneMoment<T>(
  postgres: Postgres,
  read: (inside: Queryable) => Promise<T>,
): Promise<T> {
  return await postgres.transaction(async (inside) => {
    await inside.query("set transaction isolation level repeatable read read only");
    return await read(inside);
  });
}

/** One change of the routing at a time, over all processes; until the transaction ends. */
export async function lockRouting(inside: Queryable): Promise<void> {
  await inside.query("select pg_advisory_xact_lock(7246853004)");
}

const membership =
  "'priority', priority, 'level', level, 'delayMs', delay_ms, 'order', position, 'weight', weight";

/** What is published now, from the tables. Consistent inside `atOneMoment`, or under the lock. */
export async function readRouting(inside: Queryable): Promise<RoutingDocument> {
  const [skills, schedules, teams, queues, agents] = [
    await listSkills(inside),
    await inside.query<object>("select id, name, timezone, weekly, holidays from schedule"),
    await inside.query<Team>(
      `select id, name, array(select person_id::text from team_member where team_id = id) as "personIds" from team`,
    ),
    await inside.query<{ id: string; name: string; settings: unknown; members: object[]; teams: object[] }>(
      `select id, name, settings,
         coalesce((select jsonb_agg(jsonb_build_object('personId', person_id, ${membership}))
                   from queue_member where queue_id = queue.id), '[]') as members,
         coalesce((select jsonb_agg(jsonb_build_object('teamId', team_id, ${membership}))
                   from queue_team where queue_id = queue.id), '[]') as teams
       from queue where removed_at is null`,
    ),
    await inside.query<object>('select person_id as "personId", skills, capacity from person_routing'),
  ];
  const document = { format: emptyRouting.format, skills, schedules, teams, queues, agents };
  return inOrder(RoutingDocument.parse(document));
}

export async function listSkills(postgres: Queryable): Promise<Skill[]> {
  return await postgres.query<Skill>('select id, key, name, "values" from skill');
}

/** Makes the tables what `after` says; only what differs from `before` is written. Removed queues keep their rows. */
export async function applyRouting(
  inside: Queryable,
  before: RoutingDocument,
  after: RoutingDocument,
): Promise<void> {
  const [old, now] = [thingsOf(before), thingsOf(after)];
  const removed = [...old].filter(([key]) => !now.has(key)).map(([, thing]) => thing);
  const changed = [...now]
    .filter(([key, thing]) => {
      const former = old.get(key);
      return former === undefined || !isUnchanged(former, thing);
    })
    .map(([, thing]) => thing);
  await removeThings(inside, removed);
  const ids = (what: Thing["what"]) =>
    new Set(changed.filter((thing) => thing.what === what).map((thing) => thing.id));
  await saveSkillsAndSchedules(inside, after, ids("skill"), ids("schedule"));
  await saveTeams(inside, after.teams.filter(among(ids("team"))));
  await saveQueues(inside, after.queues.filter(among(ids("queue"))));
  const agents = ids("agent");
  await saveAgents(
    inside,
    after.agents.filter(({ personId }) => agents.has(personId)),
  );
}

function among(ids: ReadonlySet<string>): (thing: { id: string }) => boolean {
  return ({ id }) => ids.has(id);
}

const removals: Record<Thing["what"], string[]> = {
  skill: ["delete from skill where id = any($1)"],
  schedule: ["delete from schedule where id = any($1)"],
  team: ["delete from team where id = any($1)"],
  queue: [
    "delete from queue_member where queue_id = any($1)",
    "delete from queue_team where queue_id = any($1)",
    "update queue set removed_at = now() where id = any($1)",
  ],
  agent: ["delete from person_routing where person_id = any($1)"],
};

async function removeThings(inside: Queryable, things: readonly Thing[]): Promise<void> {
  for (const what of ["queue", "team", "schedule", "skill", "agent"] as const) {
    const ids = things.filter((thing) => thing.what === what).map(({ id }) => id);
    if (ids.length > 0) for (const sql of removals[what]) await inside.query(sql, [ids]);
  }
}

async function saveSkillsAndSchedules(
  inside: Queryable,
  { skills, schedules }: RoutingDocument,
  skillIds: ReadonlySet<string>,
  scheduleIds: ReadonlySet<string>,
): Promise<void> {
  for (const { id, key, name, values } of skills.filter(among(skillIds)))
    await inside.query(
      `insert into skill (id, key, name, "values") values ($1, $2, $3, $4)
       on conflict (id) do update set key = excluded.key, name = excluded.name, "values" = excluded."values"`,
      [id, key, name, JSON.stringify(values)],
    );
  for (const { id, name, timezone, weekly, holidays } of schedules.filter(among(scheduleIds)))
    await inside.query(
      `insert into schedule (id, name, timezone, weekly, holidays) values ($1, $2, $3, $4, $5)
       on conflict (id) do update set name = excluded.name, timezone = excluded.timezone,
         weekly = excluded.weekly, holidays = excluded.holidays`,
      [id, name, timezone, JSON.stringify(weekly), JSON.stringify(holidays)],
    );
}

async function saveTeams(inside: Queryable, teams: readonly Team[]): Promise<void> {
  for (const { id, name, personIds } of teams) {
    await inside.query(
      "insert into team (id, name) values ($1, $2) on conflict (id) do update set name = excluded.name",
      [id, name],
    );
    await inside.query("delete from team_member where team_id = $1 and not person_id = any($2::uuid[])", [
      id,
      personIds,
    ]);
    await inside.query(
      "insert into team_member (team_id, person_id) select $1, unnest($2::uuid[]) on conflict do nothing",
      [id, personIds],
    );
  }
}

/** Names are taken off first, so that two queues may swap theirs. */
async function saveQueues(inside: Queryable, queues: readonly RoutedQueue[]): Promise<void> {
  if (queues.length === 0) return;
  await inside.query("update queue set name = id::text where id = any($1)", [queues.map(({ id }) => id)]);
  for (const { id, name, settings, members, teams } of queues) {
    await inside.query(
      `insert into queue (id, name, settings) values ($1, $2, $3)
       on conflict (id) do update set name = excluded.name, settings = excluded.settings, removed_at = null`,
      [id, name, JSON.stringify(settings)],
    );
    await replaceMembers(inside, id, members);
    await replaceTeams(inside, id, teams);
  }
}

async function replaceTeams(inside: Queryable, queueId: string, teams: readonly TeamMember[]): Promise<void> {
  await inside.query("delete from queue_team where queue_id = $1", [queueId]);
  await inside.query(
    `insert into queue_team (queue_id, team_id, priority, level, delay_ms, position, weight)
     select $1, "teamId", priority, level, "delayMs", "order", weight from jsonb_to_recordset($2::jsonb) as t
       ("teamId" uuid, priority integer, level integer, "delayMs" integer, "order" integer, weight integer)`,
    [queueId, JSON.stringify(teams)],
  );
}

async function saveAgents(inside: Queryable, agents: RoutingDocument["agents"]): Promise<void> {
  await inside.query(
    `insert into person_routing (person_id, skills, capacity)
     select "personId", skills, nullif(capacity, 'null') from jsonb_to_recordset($1::jsonb) as a
       ("personId" uuid, skills jsonb, capacity jsonb)
     on conflict (person_id) do update set skills = excluded.skills, capacity = excluded.capacity`,
    [JSON.stringify(agents)],
  );
}
