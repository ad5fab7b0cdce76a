-- Up Migration

-- The emergency switch: one row, `state` is null while it is off. Its history is in the audit.
create table emergency (
  id boolean primary key default true check (id),
  state jsonb,
  changed_at timestamptz not null default now()
);
insert into emergency default values;

-- Messages that are prepared for it. The shipped ones may be renamed, changed and removed like any other.
create table emergency_preset (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  message jsonb not null
);
create unique index emergency_preset_name on emergency_preset (lower(name));
insert into emergency_preset (name, message)
select name, jsonb_build_object(
  'mode', mode,
  'prompts', jsonb_build_object(
    'en', jsonb_build_array(jsonb_build_object('prompt', prompt)),
    'zh', jsonb_build_array(jsonb_build_object('prompt', prompt))),
  'ending', jsonb_build_object('kind', 'hang-up'),
  'waiting', waiting)
from (values
  ('Fire alarm', 'closed', 'emergency-evacuation', 'leave'),
  ('Storm', 'closed', 'emergency-weather', 'leave'),
  ('System down', 'message', 'emergency-system', 'stay')
) as shipped (name, mode, prompt, waiting);
