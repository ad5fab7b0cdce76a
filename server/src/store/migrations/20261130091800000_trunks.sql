-- Up Migration

-- Carriers: calls out by order, prefix and health, registration, and how each wants numbers and media (docs/trunks.md).
alter table trunk
  add column region text,
  add column maximum_outbound_calls integer not null default 0,
  -- {uri, transport, username, sealedPassword}
  add column outbound jsonb,
  -- {registrarUri, transport, username, sealedPassword, expirySeconds}
  add column registration jsonb,
  add column check_every_seconds integer not null default 30,
  add column carrier_order integer not null default 100,
  add column prefixes text[] not null default '{}',
  add column codecs text[] not null default '{}',
  add column encryption text not null default 'none',
  add column media_offer text not null default 'early',
  add column caller_id jsonb not null default '{"show": "as-is", "number": null, "identity": "from"}',
  add column number_rules jsonb not null default '{"format": "e164", "strip": 0, "add": ""}',
  -- The user part of the Contact that we register: known to the carrier alone (122 random bits).
  add column contact_token text not null default replace(gen_random_uuid()::text, '-', '');
create unique index trunk_contact_token on trunk (contact_token);

-- The first trunk by name took all calls out: it goes on to do so, unless it is full.
update trunk set outbound = jsonb_build_object(
  'uri', regexp_replace(regexp_replace(outbound_uri, '^sips?:', 'sip:', 'i'), ';.*$', ''),
  'transport', case
    when outbound_uri ~* '^sips:' then 'tls'
    else coalesce(lower(substring(outbound_uri from '(?i);transport=(udp|tcp|tls)')), 'udp') end,
  'username', null,
  'sealedPassword', null)
where outbound_uri is not null;
-- Numbers were sent as they were dialed, and the caller's as it came.
alter table trunk drop column outbound_uri;

-- Which node registers with carriers: one for all of them, as long as it renews.
create table trunk_registrar (
  id boolean primary key default true check (id),
  node_id text not null,
  leased_until timestamptz not null
);

-- How each registration stands, so that every node can tell. Written by the node that registers.
create table trunk_registration (
  trunk_id uuid primary key references trunk on delete cascade,
  node_id text not null,
  state jsonb not null
);
