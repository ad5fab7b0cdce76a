-- Up Migration
-- The routing configuration: what the router, the screens and the files of `ringdown config` share. The tables hold
-- what is published now; routing_version what ever was.

create table skill (
  id uuid primary key,
  key text not null,
  name text not null,
  values jsonb not null default '[]',
  constraint skill_key unique (key) deferrable initially deferred
);

create table schedule (
  id uuid primary key,
  name text not null,
  timezone text not null,
  weekly jsonb not null default '[]',
  holidays jsonb not null default '[]'
);

create table team (
  id uuid primary key,
  name text not null
);

create table team_member (
  team_id uuid not null references team on delete cascade,
  person_id uuid not null references person on delete cascade,
  primary key (team_id, person_id)
);
create index team_member_person on team_member (person_id);

-- How a whole team belongs to a queue; a person's own row in queue_member goes before it.
create table queue_team (
  queue_id uuid not null references queue on delete cascade,
  team_id uuid not null references team on delete cascade,
  priority integer not null default 0,
  level integer not null default 1,
  delay_ms integer not null default 0,
  position integer not null default 0,
  weight integer not null default 1,
  primary key (queue_id, team_id)
);
create index queue_team_team on queue_team (team_id);

alter table queue_member
  add column level integer not null default 1,
  add column delay_ms integer not null default 0,
  add column position integer not null default 0,
  add column weight integer not null default 1;

-- Only people who have skills, or a capacity other than one call at a time.
create table person_routing (
  person_id uuid primary key references person on delete cascade,
  skills jsonb not null default '{}',
  capacity jsonb
);

create table routing_version (
  version integer primary key check (version > 0),
  at timestamptz not null default now(),
  person_id uuid,
  person_name text,
  note text not null default '',
  source text not null check (source in ('screen', 'file', 'rollback', 'direct')),
  differences integer not null default 0,
  document jsonb not null
);
create trigger routing_version_append_only before update or delete on routing_version
  for each row execute function refuse_change();
create trigger routing_version_no_truncate before truncate on routing_version
  for each statement execute function refuse_change();

-- The one draft that everybody works on.
create table routing_draft (
  only_one boolean primary key default true check (only_one),
  base_version integer not null,
  document jsonb not null,
  changed_at timestamptz not null default now(),
  changed_by text,
  revision integer not null
);

-- Whoever changes configuration tells every process of the installation, together with the change itself. The
-- payload is who did it: a process knows its own changes already.
create function tell_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('ringdown_change', current_setting('application_name'));
  return null;
end
$$;
create trigger queue_tells after insert or update or delete on queue
  for each statement execute function tell_change();
create trigger queue_member_tells after insert or update or delete on queue_member
  for each statement execute function tell_change();
create trigger queue_team_tells after insert or update or delete on queue_team
  for each statement execute function tell_change();
create trigger team_tells after insert or update or delete on team
  for each statement execute function tell_change();
create trigger team_member_tells after insert or update or delete on team_member
  for each statement execute function tell_change();
create trigger skill_tells after insert or update or delete on skill
  for each statement execute function tell_change();
create trigger schedule_tells after insert or update or delete on schedule
  for each statement execute function tell_change();
create trigger person_routing_tells after insert or update or delete on person_routing
  for each statement execute function tell_change();
create trigger routing_version_tells after insert on routing_version
  for each statement execute function tell_change();
create trigger routing_draft_tells after insert or update or delete on routing_draft
  for each statement execute function tell_change();
-- Not the time of the last sign-in, which changes all day.
create trigger person_tells after insert or delete or update of username, name, role, active, password_hash on person
  for each statement execute function tell_change();
create trigger flow_tells after insert or update or delete on flow
  for each statement execute function tell_change();
create trigger number_tells after insert or update or delete on number
  for each statement execute function tell_change();
create trigger trunk_tells after insert or update or delete on trunk
  for each statement execute function tell_change();
create trigger prompt_tells after insert or update or delete on prompt
  for each statement execute function tell_change();
create trigger disposition_tells after insert or update or delete on disposition
  for each statement execute function tell_change();
create trigger not_ready_reason_tells after insert or update or delete on not_ready_reason
  for each statement execute function tell_change();
create trigger desk_phone_tells after insert or update or delete on desk_phone
  for each statement execute function tell_change();
