-- Up Migration
-- Media servers that an administrator wants empty: they take no new calls, from whichever node and after any restart.
create table media_server_drain (
  -- host:port of its event socket, as it is configured.
  name text primary key,
  since timestamptz not null default now(),
  by_name text not null
);

-- How each node sees each media server, for whoever asks without asking the nodes: the command line.
create table media_server_report (
  node_id text not null,
  name text not null,
  state text not null,
  sessions integer,
  max_sessions integer,
  channels integer not null,
  sentence text not null,
  told_at timestamptz not null default now(),
  primary key (node_id, name)
);

create function tell_media_drain() returns trigger language plpgsql as $$
begin
  perform pg_notify('ringdown_media_drain', '');
  return null;
end
$$;
create trigger media_server_drain_tells after insert or update or delete on media_server_drain
  for each statement execute function tell_media_drain();
