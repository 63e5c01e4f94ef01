-- Providers for real: an office's accounts, what their health is, what calls are still to make, who is who in the CRM.

-- ---------------------------------------------------------------- connections

-- One office's account with one provider. `sealed` holds every entered value, secret or not; `account` is the
-- provider's own name for it (location, page), by which a platform-wide webhook finds the office.
create table connection (
  office_id    uuid not null references office,
  provider     text not null,
  account      text not null default '',
  sealed       bytea not null,
  state        text not null default 'unchecked' check (state in ('unchecked', 'ok', 'failing', 'removed')),
  note         text not null default '',
  checked_at   timestamptz,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  renewing_until timestamptz,  -- one process at a time renews tokens
  primary key (office_id, provider)
);
create unique index connection_account on connection (provider, account) where account <> '' and state <> 'removed';

-- Which provider carries an office's texts, and which its e-mails.
create table channel_route (
  office_id    uuid not null,
  channel      text not null check (channel in ('sms', 'email')),
  provider     text not null,
  primary key (office_id, channel),
  foreign key (office_id, provider) references connection
);

-- The circuit breaker of one provider for one office; no row means closed and well.
create table breaker (
  office_id    uuid not null references office,
  provider     text not null,
  state        text not null check (state in ('closed', 'open')),
  failures     int not null default 0,
  reason       text not null default '',
  opened_at    timestamptz,
  retry_at     timestamptz,     -- when one probe may pass
  probe_until  timestamptz,     -- a probe is on its way until then
  updated_at   timestamptz not null,
  primary key (office_id, provider)
);

-- Counters of fixed windows that all processes share when there is no Redis. Losing them in a crash costs nothing.
create unlogged table rate_window (
  key          text primary key,
  starts_at    bigint not null,  -- seconds since 1970, a multiple of the window
  spent        bigint not null
) with (fillfactor = 70);

-- ---------------------------------------------------------------- errands: calls to make that are no messages

create table errand (
  office_id    uuid not null references office,
  id           uuid not null,
  kind         text not null,
  key          text not null,   -- one pending errand a key: asking again only brings it forward
  payload      jsonb not null,
  created_at   timestamptz not null,
  due_at       timestamptz not null,
  generation   int not null default 0,  -- counts up when asked for again, also while it is being run
  attempts     int not null default 0,
  state        text not null default 'due' check (state in ('due', 'dead')),
  reason       text,
  lease_token  uuid,
  lease_until  timestamptz,
  primary key (office_id, id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create unique index errand_once on errand (office_id, kind, key);
create index errand_due on errand (office_id, due_at) where state = 'due';

-- ---------------------------------------------------------------- the CRM

create table crm_link (
  office_id    uuid not null,
  crm          text not null,
  contact_id   text not null,
  lead_id      uuid not null,
  tags         text[] not null default '{}',   -- as the CRM had them last
  activated    boolean not null default false, -- the office asked there that this lead be worked
  assigned_to  text not null default '',
  opportunity_id text not null default '',
  pushed_hash  bytea,                          -- of the card we pushed last
  pushed_at    timestamptz,
  seen_hash    bytea,                          -- of the contact as we saw it last
  seen_at      timestamptz,                    -- the CRM's own time of it
  deleted_at   timestamptz,
  primary key (office_id, crm, contact_id)
);
create index crm_link_lead on crm_link (office_id, lead_id);

-- Notes already told, so that a repeated push tells none twice.
create table crm_note (
  office_id    uuid not null,
  crm          text not null,
  lead_id      uuid not null,
  key          text not null,
  at           timestamptz not null,
  primary key (office_id, crm, lead_id, key)
);

-- How far the CRM's own lists were compared with ours, and what that found.
create table crm_poll (
  office_id    uuid not null references office,
  crm          text not null,
  what         text not null check (what in ('contacts', 'messages', 'canary', 'list')),
  done_until   timestamptz,     -- everything up to here was compared
  cursor       text not null default '',
  began_at     timestamptz,     -- when the list that the cursor stands in was begun
  ran_at       timestamptz,
  looked_at    bigint not null default 0,
  found        bigint not null default 0,   -- what had never reached us by webhook
  note         text not null default '',
  primary key (office_id, crm, what)
);

-- ---------------------------------------------------------------- what others know of a person

create table enrichment (
  office_id    uuid not null,
  lead_id      uuid not null,
  provider     text not null,
  state        text not null check (state in ('asked', 'pending', 'found', 'none', 'failed')),
  request_id   text not null default '',
  credits      double precision not null default 0,
  filled       text[] not null default '{}',
  reason       text not null default '',
  asked_at     timestamptz not null,
  answered_at  timestamptz,
  primary key (office_id, lead_id, provider)
);
create index enrichment_request on enrichment (office_id, provider, request_id) where request_id <> '';

alter table contact_point add column line_type text;  -- mobile, landline, ...: as a lookup said, null when nobody asked

-- Words that a carrier filtered as spam are held; each text about to leave asks for its own.
create index message_filtered on message (office_id, template, template_version, settled_at) where error_code = '30007';

alter table notice add column told_at timestamptz;  -- when it was last carried outside the pages

-- ---------------------------------------------------------------- the inbox keeps more, and keeps order

-- What followed the source in the URL: some providers carry our own id there, under their signature.
alter table event add column tail text not null default '';
-- A keyed hash of whom an event is about: events of one party are handled in the order they came.
alter table inbox_job add column party bytea;
-- A job without a reason is due and never failed: the only ones whose people's next events wait.
create index inbox_job_party on inbox_job (office_id, party, received_at, event_id)
  where party is not null and reason is null;

-- ---------------------------------------------------------------- walls and doors

do $$
declare t text;
begin
  foreach t in array array['connection', 'channel_route', 'breaker', 'errand', 'crm_link', 'crm_note', 'crm_poll', 'enrichment']
  loop
    call raise_wall(t::regclass, 'select, insert, update, delete');
  end loop;
end $$;
grant select, insert, update, delete on rate_window to rekindle_app;
grant delete on office_secret to rekindle_app;

create function office_by_account(of_provider text, wanted text) returns table (office_id uuid, slug text)
language sql stable security definer set search_path = public, pg_temp as
$$ select c.office_id, o.slug from connection c join office o using (office_id)
   where c.provider = of_provider and c.account = wanted and wanted <> '' and c.state <> 'removed' $$;

-- The offices connected to a provider: timers that poll look at no others.
create function offices_with(of_provider text) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as
$$ select c.office_id from connection c where c.provider = of_provider and c.state <> 'removed' $$;

create or replace function due_offices(queue text, at timestamptz) returns setof uuid
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
  elsif queue = 'errand' then
    return query select o.office_id from office o where exists (
      select from errand e where e.office_id = o.office_id and e.state = 'due' and e.due_at <= at);
  else
    raise exception 'no queue named %', queue;
  end if;
end $$;

-- The parts of the engine that talk to providers, for /metrics and `doctor`: counts, nobody's data.
create function provider_state(at timestamptz) returns table (name text, label text, value double precision)
language sql stable security definer set search_path = public, pg_temp as $$
  select 'errand', e.kind || ':' || e.state, count(*)::float8 from errand e group by e.kind, e.state
  union all
  select 'errand_oldest_seconds', e.kind, extract(epoch from at - min(e.due_at))::float8
    from errand e where e.state = 'due' and e.due_at <= at group by e.kind
  union all
  select 'breaker_open', b.provider, count(*)::float8 from breaker b where b.state = 'open' group by b.provider
  union all
  select 'connection', c.provider || ':' || c.state, count(*)::float8 from connection c group by c.provider, c.state
  union all
  select 'crm_found', p.crm || ':' || p.what, sum(p.found)::float8 from crm_poll p group by p.crm, p.what
$$;

revoke execute on function office_by_account(text, text), offices_with(text), provider_state(timestamptz) from public;
grant execute on function office_by_account(text, text), offices_with(text), provider_state(timestamptz) to rekindle_app;
