-- Up Migration
-- Calls back that customers asked for. While one is open, exactly one process looks after it: `claim` names that
-- process's life, and the claim is free again when its lease is over.
create table callback (
  id uuid primary key,
  queue_id uuid not null,
  number text not null,
  state text not null check (state in ('waiting', 'calling', 'done', 'expired', 'failed', 'cancelled')),
  language text not null,
  priority double precision not null,
  age_ms bigint not null,
  requirement text,
  original_id uuid not null,
  -- The number that the customer had called: it is shown to them again.
  dialed text not null,
  pressed jsonb not null,
  flow_values jsonb not null,
  enqueued_at timestamptz not null,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  tries integer not null default 0,
  last_cause text,
  next_try_at timestamptz,
  at_front boolean not null default false,
  interaction_id uuid,
  served_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  note text not null default '',
  -- Counts up with each change that its keeper must know of.
  revision integer not null default 1,
  node_id text not null,
  claim uuid not null,
  leased_until timestamptz not null
);
create unique index callback_open on callback (queue_id, number) where state in ('waiting', 'calling');
create index callback_lease on callback (leased_until) where state in ('waiting', 'calling');
create index callback_place on callback (enqueued_at, id) where state in ('waiting', 'calling');
create index callback_ended on callback (asked_at desc, id desc) where state not in ('waiting', 'calling');
create index callback_queue on callback (queue_id, enqueued_at);

-- Visits of a call back are no second offer of the same caller.
alter table queue_visit add column callback boolean not null default false;
alter table interaction add column callback_id uuid;
create index interaction_callback on interaction (callback_id, started_at) where callback_id is not null;
