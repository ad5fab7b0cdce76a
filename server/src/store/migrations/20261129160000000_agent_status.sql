-- Up Migration
-- What each agent chose last, so that a restart of the server does not sign them off.
create table agent_status (
  person_id uuid primary key references person (id) on delete cascade,
  status text not null check (status in ('ready', 'not-ready')),
  reason text,
  changed_at timestamptz not null default now()
);
