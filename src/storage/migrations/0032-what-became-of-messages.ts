/** Which provider took a message, what it told of it later, and what is known of contacts since. */
import type { Database } from '../sql.ts';

// One table each: a step waits for one lock only, and may run again.
const challenges = /* sql */ `
alter table challenges
  -- who took the message, and what they call it
  add column if not exists provider text,
  add column if not exists provider_message_id text,
  -- what they told last: 'delivered' or 'not delivered'
  add column if not exists report text;
`;

const byProviderMessage = /* sql */ `
create index if not exists challenges_by_provider_message on challenges (tenant_id, provider_message_id)
  where provider_message_id is not null;
`;

const contactMarks = /* sql */ `
create table if not exists contact_marks (
  tenant_id uuid not null,
  -- the name under which messages to the contact are counted, which does not reveal it
  subject text not null,
  mark_id uuid not null,
  -- null: the mark was lifted
  because text,
  happened_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (tenant_id, subject)
);
create unique index if not exists contact_marks_by_id on contact_marks (tenant_id, mark_id);
create index if not exists contact_marks_by_time on contact_marks (recorded_at);
`;

const providerReports = /* sql */ `
create table if not exists provider_reports (
  tenant_id uuid not null,
  -- of the bytes of the report
  report_id uuid not null,
  received_at timestamptz not null,
  primary key (tenant_id, report_id)
);
create index if not exists provider_reports_by_time on provider_reports (received_at);
`;

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  (db) => db.script(challenges),
  (db) => db.script(byProviderMessage),
  (db) => db.script(contactMarks),
  (db) => db.script(providerReports),
];
