-- What users are told by mail. docs/mail.md describes it.

-- What is still to be told: written in the transaction of the event that it tells of, and deleted once a mail with it was accepted.
-- It has neither an address nor a name: both are read when the mail is sent, so an erasure need not look for them here.
create table mail_notices (
  id uuid not null,
  user_id uuid not null,
  topic text not null,
  webhook_id uuid,                  -- null: it is about the installation
  facts text not null,              -- JSON: reasons, error codes and times; no content of documents, and no ids of them
  count integer not null,           -- how many deliveries it tells of; 1 where it tells of none
  due_at timestamptz(3) not null,
  constraint mail_notices_pkey primary key (id)
);
create index mail_notices_due_at_idx on mail_notices (due_at);
create index mail_notices_user_id_idx on mail_notices (user_id, due_at);
-- Those of an hour are one row for each error.
create unique index mail_notices_exhausted_idx on mail_notices (webhook_id, due_at, user_id, facts) where topic = 'DELIVERIES_EXHAUSTED';

-- When each user who was told something can get the next mail. A process that sends one moves the time on first, so no other sends it
-- meanwhile; if the process ends, another one sends the mail again at that time.
create table mail_recipients (
  user_id uuid not null,
  next_at timestamptz(3) not null,
  failures smallint not null default 0,  -- tries in a row that failed
  constraint mail_recipients_pkey primary key (user_id)
);

-- Which reminders that something expires were given.
create table expiry_reminders (
  subject_id uuid not null,         -- as in the list of what expires: of the secret, the address or the certificate
  expires_at timestamptz(3) not null,
  days smallint not null,           -- it expires within so many days: 30, 7 or 1
  constraint expiry_reminders_pkey primary key (subject_id, expires_at, days)
);

-- What of the installation does not work, so that each SYSTEM_MANAGER is told once, and once a day while it lasts.
create table mail_conditions (
  topic text not null,
  told_at timestamptz(3) not null,
  seen_at timestamptz(3) not null,  -- when a process found it last
  constraint mail_conditions_pkey primary key (topic)
);
