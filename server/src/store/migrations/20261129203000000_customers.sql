-- Up Migration

-- Who calls. Personal data: a customer who is removed is gone from here.
create table customer (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  attributes jsonb not null default '{}',
  note text not null default '',
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create index customer_order on customer (lower(name), id);
create index customer_text on customer using gin (lower(name) gin_trgm_ops);

create table customer_number (
  number text primary key,
  customer_id uuid not null references customer on delete cascade
);
create index customer_number_customer on customer_number (customer_id);
create index customer_number_text on customer_number using gin (number gin_trgm_ops);

-- Counts up with every change, so that each process forgets what it has looked up.
create table customer_revision (
  id boolean primary key default true check (id),
  revision bigint not null default 0
);
insert into customer_revision default values;
