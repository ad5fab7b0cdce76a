-- Up Migration

create extension if not exists pg_trgm;

-- People -------------------------------------------------------------------------------------------------------

create table person (
  id uuid primary key default gen_random_uuid(),
  username text not null,
  name text not null,
  role text not null check (role in ('agent', 'supervisor', 'administrator')),
  active boolean not null default true,
  password_hash text,
  created_at timestamptz not null default now(),
  last_sign_in_at timestamptz
);
create unique index person_username on person (username);

-- A session's token is kept only as its SHA-256.
create table session (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null,
  person_id uuid not null references person on delete cascade,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  ip text,
  user_agent text
);
create unique index session_token on session (token_hash);
create index session_person on session (person_id);
create index session_expiry on session (expires_at);

-- A link that works once. person_id is null for the link that makes the first administrator.
create table invitation (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null,
  kind text not null check (kind in ('first-administrator', 'person')),
  person_id uuid references person on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  check ((kind = 'person') = (person_id is not null))
);
create unique index invitation_token on invitation (token_hash);
create index invitation_person on invitation (person_id) where used_at is null;

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor_id uuid,
  actor_name text,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}',
  ip text
);

create table setting (
  key text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);

create table desk_phone (
  person_id uuid primary key references person on delete cascade,
  username text not null,
  ha1_md5 text not null,
  ha1_sha256 text not null,
  created_at timestamptz not null default now()
);
create unique index desk_phone_username on desk_phone (username);

-- Queues, numbers, flows, trunks, prompts --------------------------------------------------------------------

create table queue (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  settings jsonb not null,
  created_at timestamptz not null default now(),
  -- Removed queues stay for the names in history.
  removed_at timestamptz
);
create unique index queue_name on queue (lower(name)) where removed_at is null;

create table queue_member (
  queue_id uuid not null references queue on delete cascade,
  person_id uuid not null references person on delete cascade,
  priority integer not null default 0,
  primary key (queue_id, person_id)
);
create index queue_member_person on queue_member (person_id);

create table flow (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  published_version integer,
  created_at timestamptz not null default now(),
  removed_at timestamptz
);
create unique index flow_name on flow (lower(name)) where removed_at is null;

create table flow_version (
  flow_id uuid not null references flow on delete cascade,
  version integer not null,
  flow jsonb not null,
  created_at timestamptz not null default now(),
  created_by uuid references person on delete set null,
  primary key (flow_id, version)
);

create table number (
  id uuid primary key default gen_random_uuid(),
  number text not null,
  label text not null default '',
  flow_id uuid not null references flow,
  open_to_web boolean not null default false
);
create unique index number_number on number (number);
create index number_flow on number (flow_id);

create table trunk (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  enabled boolean not null default true,
  networks text[] not null default '{}',
  username text,
  ha1_md5 text,
  ha1_sha256 text,
  maximum_calls integer not null default 0,
  outbound_uri text,
  created_at timestamptz not null default now()
);
create unique index trunk_name on trunk (lower(name));
create unique index trunk_username on trunk (username);

create table prompt (
  id uuid primary key,
  name text not null,
  language text not null,
  duration_ms integer not null,
  bytes bigint not null,
  created_at timestamptz not null default now()
);
create unique index prompt_name on prompt (lower(name), language);

create table disposition (
  id uuid primary key default gen_random_uuid(),
  label text not null,
  retired_at timestamptz
);
create unique index disposition_label on disposition (lower(label)) where retired_at is null;

create table not_ready_reason (
  id uuid primary key default gen_random_uuid(),
  label text not null,
  retired_at timestamptz
);
create unique index not_ready_reason_label on not_ready_reason (lower(label)) where retired_at is null;

-- History ------------------------------------------------------------------------------------------------------

-- The last sign of life of each node: what it left open at a crash is closed as of then.
create table node (
  id text primary key,
  seen_at timestamptz not null
);

create sequence interaction_number;

create table ledger (
  interaction_id uuid not null,
  seq integer not null check (seq > 0),
  at timestamptz not null,
  type text not null,
  event jsonb not null,
  primary key (interaction_id, seq)
);

-- Projected from the ledger, in the transaction that writes it. `story` is the whole projection (see
-- interactions/core/story.ts); the columns are what searches and reports need.
create table interaction (
  id uuid primary key,
  number bigint not null,
  node_id text not null,
  source text not null,
  from_number text not null,
  to_number text not null,
  queue_id uuid,
  agent_id uuid,
  started_at timestamptz not null,
  ended_at timestamptz,
  -- Nothing more is expected: ended, and no wrap-up is open.
  settled boolean not null default false,
  outcome text,
  has_recording boolean not null default false,
  last_seq integer not null,
  story jsonb not null
);
create unique index interaction_number_key on interaction (number);
create index interaction_newest on interaction (started_at desc, id desc);
create index interaction_queue on interaction (queue_id, started_at desc, id desc);
create index interaction_outcome on interaction (outcome, started_at desc, id desc);
create index interaction_caller on interaction (from_number, started_at desc);
create index interaction_text on interaction using gin ((from_number || ' ' || to_number) gin_trgm_ops);
create index interaction_open on interaction (node_id) where not settled;

create table recording (
  id uuid primary key,
  interaction_id uuid not null references interaction
);
create index recording_interaction on recording (interaction_id);

-- One row per entry into a queue; what is answered or lost is counted here.
create table queue_visit (
  interaction_id uuid not null references interaction,
  visit integer not null,
  queue_id uuid not null,
  entered_at timestamptz not null,
  left_at timestamptz,
  cause text,
  wait_ms bigint,
  agent_id uuid,
  primary key (interaction_id, visit)
);
create index queue_visit_queue on queue_visit (queue_id, entered_at);
create index queue_visit_entered on queue_visit (entered_at);

-- One row per agent who talked with the customer.
create table handling (
  interaction_id uuid not null references interaction,
  handling integer not null,
  agent_id uuid not null,
  queue_id uuid,
  queue_entered_at timestamptz,
  started_at timestamptz not null,
  ended_at timestamptz,
  talk_ms bigint not null default 0,
  hold_ms bigint not null default 0,
  wrap_up_ms bigint not null default 0,
  wrap_up_ended_at timestamptz,
  primary key (interaction_id, handling)
);
create index handling_agent on handling (agent_id, started_at);
create index handling_queue on handling (queue_id, queue_entered_at);

-- One row per offer, for what agents missed.
create table offer (
  interaction_id uuid not null references interaction,
  offer integer not null,
  offer_id text not null,
  agent_id uuid not null,
  queue_id uuid not null,
  made_at timestamptz not null,
  ended_at timestamptz,
  cause text,
  ring_ms bigint,
  time_to_offer_ms double precision,
  primary key (interaction_id, offer)
);
create index offer_agent on offer (agent_id, made_at);

create table agent_state_interval (
  agent_id uuid not null,
  from_at timestamptz not null,
  to_at timestamptz,
  state text not null,
  reason text,
  node_id text not null,
  primary key (agent_id, from_at)
);
create index agent_state_interval_from on agent_state_interval (from_at);
create unique index agent_state_interval_open on agent_state_interval (agent_id) where to_at is null;

-- The ledger and the audit only grow. Retention, when it comes, switches this off on purpose.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = '42501';
end
$$;
create trigger ledger_append_only before update or delete on ledger
  for each row execute function refuse_change();
create trigger ledger_no_truncate before truncate on ledger
  for each statement execute function refuse_change();
create trigger audit_append_only before update or delete on audit
  for each row execute function refuse_change();
create trigger audit_no_truncate before truncate on audit
  for each statement execute function refuse_change();
