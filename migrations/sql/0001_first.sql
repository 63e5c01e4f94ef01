-- The first schema: every table of an office stands behind a wall (row-level security on office_id), and what
-- must never change is append-only by privilege, not by habit.

-- The role the engine acts as. It owns nothing, cannot log in by itself and cannot bypass the wall.
do $$ begin
  if not exists (select from pg_roles where rolname = 'rekindle_app') then
    create role rekindle_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
  if not pg_has_role(current_user, 'rekindle_app', 'member') then
    execute format('grant rekindle_app to %I', current_user);
  end if;
end $$;
grant usage on schema public to rekindle_app;

-- The office this transaction may see; null (set by nobody) matches no row.
create function current_office() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('rekindle.office_id', true), '')::uuid $$;

-- Puts a table behind the wall and grants exactly the named rights.
create procedure raise_wall(of_table regclass, rights text) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', of_table);
  execute format('create policy wall on %s using (office_id = current_office()) with check (office_id = current_office())', of_table);
  execute format('grant %s on %s to rekindle_app', rights, of_table);
end $$;

-- ---------------------------------------------------------------- office: who we work for, and who works there

create table office (
  office_id   uuid primary key,
  slug        text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  name        text not null,
  brokerage   text not null,
  timezone    text not null,
  mode        text not null check (mode in ('sandbox', 'live')),
  phone       text,
  email       text,
  address     text,
  booking_url text,
  created_at  timestamptz not null
);

-- Secrets are sealed by the process's key; what stands here is useless without it.
create table office_secret (
  office_id   uuid not null references office,
  kind        text not null,
  sealed      bytea not null,
  created_at  timestamptz not null,
  primary key (office_id, kind)
);

create table person (
  office_id     uuid not null references office,
  id            uuid not null,
  email         text not null,
  name          text not null,
  phone         text,
  role          text not null check (role in ('owner', 'manager', 'agent')),
  password_hash text,
  active        boolean not null default true,
  created_at    timestamptz not null,
  primary key (office_id, id)
);
-- A login is one address across all offices, so that the login page need not ask which office.
create unique index person_login on person (lower(email));

-- What routing needs of a person. `hours`: seven lists of [from, to] wall times, Monday first.
create table agent (
  office_id     uuid not null,
  person_id     uuid not null,
  timezone      text not null,
  hours         jsonb not null,
  accepting     boolean not null default true,
  away_until    timestamptz,
  capacity      int not null default 50 check (capacity >= 0),
  last_offered_at timestamptz,
  primary key (office_id, person_id),
  foreign key (office_id, person_id) references person
);

create table session (
  office_id   uuid not null,
  token_hash  bytea primary key,
  person_id   uuid not null,
  created_at  timestamptz not null,
  seen_at     timestamptz not null,
  expires_at  timestamptz not null,
  foreign key (office_id, person_id) references person
);

create table api_key (
  office_id   uuid not null references office,
  id          uuid not null,
  key_hash    bytea not null unique,
  name        text not null,
  created_at  timestamptz not null,
  revoked_at  timestamptz,
  primary key (office_id, id)
);

-- ---------------------------------------------------------------- inbox: what came in, raw, once

create table event (
  office_id    uuid not null,
  id           uuid not null,
  received_at  timestamptz not null,
  source       text not null,
  external_id  text not null,
  content_type text not null,
  body         bytea not null,
  primary key (office_id, received_at, id)
) partition by range (received_at);

-- Uniqueness must hold across months, so it lives here, with the little that changes about an event.
create table event_key (
  office_id    uuid not null,
  source       text not null,
  external_id  text not null,
  event_id     uuid not null,
  received_at  timestamptz not null,
  handled_at   timestamptz,
  outcome      text,
  lead_id      uuid,
  primary key (office_id, source, external_id)
);
create index event_key_recent on event_key (office_id, received_at desc, event_id desc);
create index event_key_event on event_key (office_id, event_id);

-- Work still to do for an event; the row goes when the work is done. `ordering` keeps one person's events in line.
create table inbox_job (
  office_id    uuid not null,
  event_id     uuid not null,
  received_at  timestamptz not null,
  source       text not null,
  external_id  text not null,
  lane         smallint not null,
  due_at       timestamptz not null,
  attempts     int not null default 0,
  state        text not null default 'due' check (state in ('due', 'dead')),
  reason       text,
  lease_token  uuid,
  lease_until  timestamptz,
  primary key (office_id, event_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index inbox_job_due on inbox_job (office_id, lane, due_at) where state = 'due';

-- ---------------------------------------------------------------- leads

create table lead (
  office_id      uuid not null references office,
  id             uuid not null,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  name           text not null default '',
  first_name     text not null default '',
  last_name      text not null default '',
  kind           text not null check (kind in ('buyer', 'seller', 'renter', 'unknown')),
  stage          text not null,
  source         text not null,
  state          text,
  zip            text,
  street         text,
  city           text,
  attributes     jsonb not null default '{}',
  enquiry        text not null default '',
  enquired_at    timestamptz,
  owner_id       uuid,
  conversation   text not null default 'automation' check (conversation in ('automation', 'person')),
  paused_until   timestamptz,
  last_inbound_at  timestamptz,
  last_outbound_at timestamptz,
  first_response_seconds double precision,
  score          smallint,
  temperature    text,
  intent         text,
  merged_into    uuid,
  next_touch_at  timestamptz,
  -- Search keys: behind row security an index serves only leakproof comparisons of plain columns, so lower() is stored.
  first_key      text collate "C" not null generated always as (lower(first_name)) stored,
  last_key       text collate "C" not null generated always as (lower(last_name)) stored,
  primary key (office_id, id)
);
create index lead_recent on lead (office_id, created_at desc, id desc) where merged_into is null;
create index lead_score on lead (office_id, score desc nulls last, id desc) where merged_into is null;
create index lead_owner on lead (office_id, owner_id, created_at desc) where merged_into is null;
create index lead_first_name on lead (office_id, first_key) where merged_into is null;
create index lead_last_name on lead (office_id, last_key) where merged_into is null;
create index lead_silent on lead (office_id, last_inbound_at) where merged_into is null;

-- One normalised address belongs to one lead: the unique key is what makes 50 arrivals at once one person.
create table contact_point (
  office_id    uuid not null,
  kind         text not null check (kind in ('phone', 'email')),
  value        text collate "C" not null,
  lead_id      uuid not null,
  raw          text not null,
  position     smallint not null default 0,
  created_at   timestamptz not null,
  primary key (office_id, kind, value)
);
create index contact_point_lead on contact_point (office_id, lead_id);

create table lead_source (
  office_id    uuid not null,
  lead_id      uuid not null,
  source       text not null,
  external_id  text not null,
  event_id     uuid,
  seen_at      timestamptz not null,
  primary key (office_id, source, external_id)
);
create index lead_source_lead on lead_source (office_id, lead_id);

-- What moved from loser to winner, row by row, so that a merge can be taken back.
create table merge (
  office_id    uuid not null,
  id           uuid not null,
  winner_id    uuid not null,
  loser_id     uuid not null,
  at           timestamptz not null,
  reason       text not null,
  moved        jsonb not null,
  undone_at    timestamptz,
  primary key (office_id, id)
);
create index merge_winner on merge (office_id, winner_id);

-- ---------------------------------------------------------------- consent

create table consent_event (
  office_id    uuid not null,
  id           uuid not null,
  at           timestamptz not null,
  channel      text not null check (channel in ('sms', 'email', 'voice')),
  act          text not null check (act in ('grant', 'revoke')),
  basis        text not null,
  address      text not null,
  lead_id      uuid,
  event_id     uuid,
  evidence     jsonb not null,
  primary key (office_id, at, id)
) partition by range (at);
create index consent_event_address on consent_event (office_id, address, at);

-- Where each address stands now; rebuilt from consent_event at any time.
create table consent_state (
  office_id    uuid not null,
  channel      text not null,
  address      text not null,
  granted      boolean not null,
  basis        text not null,
  at           timestamptz not null,
  consent_id   uuid not null,
  evidence_hash bytea not null,
  primary key (office_id, channel, address)
);

-- Keyed by HMAC of the address: it outlives the lead, its merge, its re-import and its erasure.
create table suppression (
  office_id    uuid not null,
  channel      text not null,
  address_hash bytea not null,
  reason       text not null,
  rule         text not null,
  event_id     uuid,
  at           timestamptz not null,
  lifted_at    timestamptz,
  lifted_by    text,
  primary key (office_id, channel, address_hash)
);

-- ---------------------------------------------------------------- signals: facts with a source

create table signal (
  office_id    uuid not null,
  id           uuid not null,
  lead_id      uuid not null,
  at           timestamptz not null,
  kind         text not null,
  value        jsonb not null,
  source       text not null,
  version      text not null,
  input_hash   bytea,
  primary key (office_id, id)
);
create index signal_lead on signal (office_id, lead_id, at desc);

-- ---------------------------------------------------------------- sequences and content

create table sequence_version (
  office_id    uuid not null references office,
  id           uuid not null,
  name         text not null,
  version      int not null,
  definition   jsonb not null,
  checksum     bytea not null,
  active       boolean not null,
  created_at   timestamptz not null,
  primary key (office_id, id),
  unique (office_id, name, version)
);
create unique index sequence_active on sequence_version (office_id, name) where active;

create table template_version (
  office_id    uuid not null references office,
  id           uuid not null,
  name         text not null,
  version      int not null,
  channel      text not null,
  subject      text,
  body         text not null,
  checksum     bytea not null,
  active       boolean not null,
  created_at   timestamptz not null,
  primary key (office_id, id),
  unique (office_id, name, version)
);
create unique index template_active on template_version (office_id, name) where active;

-- One lead's walk through one version. Active means: exactly one wake_at, always.
create table enrollment (
  office_id    uuid not null,
  id           uuid not null,
  lead_id      uuid not null,
  sequence     text not null,
  version_id   uuid not null,
  state        text not null check (state in ('active', 'paused', 'done', 'exited')),
  step         int not null default 0,
  entered_at   timestamptz not null,
  due_at       timestamptz not null,  -- when the next step was due by plan; wake_at may be later, never the plan
  wake_at      timestamptz,
  lane         smallint not null,
  ended_at     timestamptz,
  end_reason   text,
  primary key (office_id, id),
  foreign key (office_id, version_id) references sequence_version,
  constraint one_wake_up check ((state = 'active') = (wake_at is not null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create unique index enrollment_once on enrollment (office_id, lead_id, sequence) where state in ('active', 'paused');
create index enrollment_lead on enrollment (office_id, lead_id);
create index enrollment_due on enrollment (office_id, wake_at) where state = 'active';

-- Something happened to this lead: look at it again. One row a lead; `generation` tells a look that came too early.
create table consideration (
  office_id    uuid not null,
  lead_id      uuid not null,
  lane         smallint not null,
  due_at       timestamptz not null,
  causes       text[] not null,
  generation   int not null default 0,
  attempts     int not null default 0,
  state        text not null default 'due' check (state in ('due', 'dead')),
  reason       text,
  lease_token  uuid,
  lease_until  timestamptz,
  primary key (office_id, lead_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index consideration_due on consideration (office_id, lane, due_at) where state = 'due';

-- ---------------------------------------------------------------- decisions, messages, timeline

create table decision (
  office_id    uuid not null,
  id           uuid not null,
  at           timestamptz not null,
  lead_id      uuid not null,
  phase        text not null check (phase in ('decide', 'claim', 'person')),
  kind         text not null check (kind in ('send', 'wait', 'hand_off', 'stop')),
  verdict      text not null,
  reasons      jsonb not null,
  facts        jsonb not null,
  draw         double precision not null,
  policy       text not null,
  code         text not null,
  enrollment_id uuid,
  message_id   uuid,
  until        timestamptz,
  primary key (office_id, at, id)
) partition by range (at);
create index decision_lead on decision (office_id, lead_id, at desc);
create index decision_recent on decision (office_id, at desc, id desc);

-- Texts and e-mails, both ways. Outbound rows are the outbox until their state is final.
create table message (
  office_id    uuid not null,
  id           uuid not null,
  lead_id      uuid not null,
  direction    text not null check (direction in ('in', 'out')),
  channel      text not null check (channel in ('sms', 'email')),
  address      text not null,
  class        text not null,
  lane         smallint not null,
  state        text not null,
  subject      text,
  body         text not null,
  created_at   timestamptz not null,
  due_at       timestamptz,
  expires_at   timestamptz,
  key          text,
  provider     text,
  provider_id  text,
  decision_id  uuid,
  enrollment_id uuid,
  step         text,
  template     text,
  template_version int,
  actor_id     uuid,
  event_id     uuid,
  attempts     int not null default 0,
  lease_token  uuid,
  lease_until  timestamptz,
  in_flight_at timestamptz,
  accepted_at  timestamptz,
  delivered_at timestamptz,
  settled_at   timestamptz,
  error_code   text,
  error_text   text,
  primary key (office_id, id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
-- The key names the intent (enrollment and step, reply, person's click): one intent, one row, however often decided.
create unique index message_once on message (office_id, key) where key is not null;
create unique index message_provider on message (office_id, provider, provider_id) where provider_id is not null;
create index message_due on message (office_id, lane, due_at) where state = 'planned';
create index message_open on message (office_id, lease_until) where state in ('in_flight', 'unknown');
create index message_lead on message (office_id, lead_id, created_at);
create index message_touches on message (office_id, address, in_flight_at) where direction = 'out';
create index message_recent on message (office_id, created_at desc, id desc);

create table timeline (
  office_id    uuid not null,
  id           uuid not null,
  at           timestamptz not null,
  lead_id      uuid not null,
  kind         text not null,
  actor        text not null,
  data         jsonb not null,
  primary key (office_id, at, id)
) partition by range (at);
create index timeline_lead on timeline (office_id, lead_id, at desc, id desc);

-- ---------------------------------------------------------------- people take over

create table handoff (
  office_id    uuid not null,
  id           uuid not null,
  lead_id      uuid not null,
  cause        text not null,
  summary      text not null,
  person_id    uuid,
  opened_at    timestamptz not null,
  offered_at   timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  closed_at    timestamptz,
  closed_by    uuid,
  primary key (office_id, id)
);
create unique index handoff_open on handoff (office_id, lead_id) where closed_at is null;
create index handoff_lead on handoff (office_id, lead_id, opened_at);
create index handoff_person on handoff (office_id, person_id, opened_at) where closed_at is null;

-- What a person must know. The same cause while unseen counts up instead of ringing twice.
create table notice (
  office_id    uuid not null,
  id           uuid not null,
  key          text not null,
  person_id    uuid,
  lead_id      uuid,
  kind         text not null,
  text         text not null,
  count        int not null default 1,
  first_at     timestamptz not null,
  last_at      timestamptz not null,
  seen_at      timestamptz,
  seen_by      uuid,
  primary key (office_id, id)
);
create unique index notice_unseen on notice (office_id, key) where seen_at is null;
create index notice_person on notice (office_id, person_id, last_at desc);

-- ---------------------------------------------------------------- the engine itself: no office's data, no wall

create table worker (
  id           uuid primary key,
  kind         text not null,
  host         text not null,
  pid          int not null,
  version      text not null,
  started_at   timestamptz not null,
  beat_at      timestamptz not null
);
create table timer (
  name         text primary key,
  due_at       timestamptz not null,
  ran_at       timestamptz,
  error        text
);
create table login_attempt (
  who          bytea not null,
  at           timestamptz not null
);
create index login_attempt_who on login_attempt (who, at);
grant select, insert, update, delete on worker, timer, login_attempt to rekindle_app;
-- Readiness compares the revision the database is at with the one the code expects.
grant select on alembic_version to rekindle_app;

-- ---------------------------------------------------------------- walls

do $$
declare t text;
begin
  foreach t in array array['office', 'office_secret', 'person', 'agent', 'session', 'api_key', 'event_key',
    'inbox_job', 'lead', 'contact_point', 'lead_source', 'merge', 'consent_state', 'suppression', 'sequence_version',
    'template_version', 'enrollment', 'consideration', 'message', 'handoff', 'notice']
  loop
    call raise_wall(t::regclass, 'select, insert, update');
  end loop;
  foreach t in array array['event', 'consent_event', 'signal', 'decision', 'timeline']
  loop
    call raise_wall(t::regclass, 'select, insert');
  end loop;
end $$;
grant delete on session, inbox_job, consideration, lead_source, contact_point to rekindle_app;

-- ---------------------------------------------------------------- partitions, one a month (UTC)

-- Makes the months from last month to `until` for every append-only table; safe to call at any time, by anybody.
-- The default partition catches what no month holds, so that a stopped timer loses nothing (an invariant watches it).
create function ensure_partitions(until timestamptz) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  parent text;
  month timestamp;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtext('rekindle.ensure_partitions'));
  foreach parent in array array['event', 'consent_event', 'decision', 'timeline'] loop
    if to_regclass(parent || '_other') is null then
      execute format('create table %I partition of %I default', parent || '_other', parent);
    end if;
    month := date_trunc('month', (now() at time zone 'UTC')) - interval '1 month';
    while month <= (until at time zone 'UTC') loop
      if to_regclass(parent || to_char(month, '_YYYY_MM')) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)',
          parent || to_char(month, '_YYYY_MM'), parent,
          month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
        made := made + 1;
      end if;
      month := month + interval '1 month';
    end loop;
  end loop;
  return made;
end $$;
select ensure_partitions(now() + interval '3 months');

-- ---------------------------------------------------------------- doors in the wall, each as narrow as its use

create function office_by_slug(wanted text) returns table (office_id uuid, mode text)
language sql stable security definer set search_path = public, pg_temp as
$$ select o.office_id, o.mode from office o where o.slug = wanted $$;

create function all_offices() returns table (office_id uuid, slug text, name text, mode text)
language sql stable security definer set search_path = public, pg_temp as
$$ select o.office_id, o.slug, o.name, o.mode from office o order by o.slug $$;

create function person_by_login(wanted text) returns table (office_id uuid, id uuid, password_hash text)
language sql stable security definer set search_path = public, pg_temp as
$$ select p.office_id, p.id, p.password_hash from person p where lower(p.email) = lower(wanted) and p.active $$;

create function session_by_hash(wanted bytea) returns table (office_id uuid, person_id uuid, expires_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as
$$ select s.office_id, s.person_id, s.expires_at from session s where s.token_hash = wanted $$;

create function api_key_by_hash(wanted bytea) returns table (office_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as
$$ select k.office_id, k.id from api_key k where k.key_hash = wanted and k.revoked_at is null $$;

-- Which offices have something due; says nothing of what. One index probe per office.
create function due_offices(queue text, at timestamptz) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if queue = 'inbox' then
    return query select o.office_id from office o where exists (
      select from inbox_job j where j.office_id = o.office_id and j.state = 'due' and j.due_at <= at);
  elsif queue = 'consideration' then
    return query select o.office_id from office o where exists (
      select from consideration c where c.office_id = o.office_id and c.state = 'due' and c.due_at <= at);
  elsif queue = 'enrollment' then
    return query select o.office_id from office o where exists (
      select from enrollment e where e.office_id = o.office_id and e.state = 'active' and e.wake_at <= at);
  elsif queue = 'outbox' then
    return query select o.office_id from office o where exists (
      select from message m where m.office_id = o.office_id and m.state = 'planned' and m.due_at <= at);
  elsif queue = 'urgent' then  -- of the outbox, first touches and replies
    return query select o.office_id from office o where exists (
      select from message m where m.office_id = o.office_id and m.state = 'planned' and m.lane in (0, 1)
        and m.due_at <= at);
  elsif queue = 'open' then
    return query select o.office_id from office o where exists (
      select from message m where m.office_id = o.office_id and m.state in ('in_flight', 'unknown') and m.lease_until <= at);
  else
    raise exception 'no queue named %', queue;
  end if;
end $$;

-- What an operator must see of the whole engine: counts and ages, nobody's data. Read by /metrics and `doctor`.
create function engine_state(at timestamptz) returns table (name text, label text, value double precision)
language sql stable security definer set search_path = public, pg_temp as $$
  select 'inbox', j.state, count(*)::float8 from inbox_job j group by j.state
  union all
  select 'inbox_oldest_seconds', '', extract(epoch from at - min(j.received_at))::float8
    from inbox_job j where j.state = 'due' having count(*) > 0
  union all
  select 'consideration', c.state, count(*)::float8 from consideration c
    where c.state = 'dead' or c.due_at <= at group by c.state
  union all
  select 'enrollment', 'due', count(*)::float8 from enrollment e where e.state = 'active' and e.wake_at <= at
  union all
  select 'outbox', m.state, count(*)::float8 from message m
    where m.direction = 'out' and (m.state = 'planned' or m.state in ('in_flight', 'unknown')) group by m.state
  union all
  select 'outbox_due', '', count(*)::float8 from message m where m.state = 'planned' and m.due_at <= at
  union all
  select 'messages_hour', h.state, sum(h.n)::float8 from office o cross join lateral (
      select m.state, count(*) as n from message m
      where m.office_id = o.office_id and m.direction = 'out' and m.created_at > at - interval '1 hour'
      group by m.state) h
    group by h.state
  union all
  select 'first_touch_hour', b.le::text, count(*) filter (where l.seconds <= b.le)::float8
    from unnest(array[1, 2, 5, 10, 30, 60, 300, 3600, 86400, 'infinity']::float8[]) as b(le)
    left join (select x.first_response_seconds as seconds from office o join lateral (
        select first_response_seconds from lead
        where lead.office_id = o.office_id and lead.merged_into is null and lead.created_at > at - interval '1 hour'
          and lead.first_response_seconds is not null) x on true) l on true
    group by b.le
  union all
  select 'first_touch_hour_sum', '', coalesce(sum(x.first_response_seconds), 0)::float8 from office o
    join lateral (
      select first_response_seconds from lead
      where lead.office_id = o.office_id and lead.merged_into is null and lead.created_at > at - interval '1 hour'
        and lead.first_response_seconds is not null) x on true
$$;

-- PUBLIC may execute functions by default: take that back and name who may.
revoke execute on all functions in schema public from public;
revoke execute on all procedures in schema public from public;
grant execute on function current_office(), ensure_partitions(timestamptz), office_by_slug(text), all_offices(),
  person_by_login(text), session_by_hash(bytea), api_key_by_hash(bytea), due_offices(text, timestamptz),
  engine_state(timestamptz) to rekindle_app;

-- Readiness compares the database's revision with the code's.
grant select on alembic_version to rekindle_app;
