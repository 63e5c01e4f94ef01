-- The sandbox's own ledger, in SQLite: what a provider would know. Times are seconds since 1970.

create table if not exists message (
  id integer primary key,
  office text not null,
  channel text not null,
  address text not null,             -- the lead's
  ours text not null,                -- the office's
  by_lead integer not null,
  key text,                          -- the sender's own id; never unique here, so that a double send shows
  provider_id text not null unique,
  subject text not null,
  body text not null,
  headers text not null,
  at real not null,                  -- may lie ahead for an answer not given yet
  sent_at real,
  settled_at real,
  settled text,
  act text not null default '',      -- of the lead: stop, start (carrier words), last (its last word)
  typed integer not null default 0   -- a person wrote it as the lead
);
create index if not exists message_key on message (office, key);
create index if not exists message_thread on message (office, channel, address, at);

-- Every request to send, taken or not: what chance is drawn for.
create table if not exists attempt (
  id integer primary key,
  office text not null,
  channel text not null,
  address text not null,
  key text not null,
  at real not null,
  status integer not null,
  code text not null
);
create index if not exists attempt_address on attempt (office, channel, address);

-- What the engine must still be told, and when; a row without done_at is posted until the engine says 2xx.
create table if not exists webhook (
  id integer primary key,
  office text not null,
  event_id text not null,
  body blob not null,
  due_at real not null,
  attempts integer not null default 0,
  done_at real,
  message_id integer
);
create index if not exists webhook_due on webhook (due_at) where done_at is null;

create table if not exists script (
  channel text not null,
  address text not null,
  fault text not null,
  persona text not null,
  times integer not null,
  primary key (channel, address)
);

create table if not exists feed (office text primary key, sent integer not null);
