/**
 * Reviews that two people decide and their likes, what operators want to be told of by mail, and how many tenants they have
 * made (decision 0049).
 */
import type { Database } from '../sql.ts';

const addColumns = /* sql */ `
-- The first of two approvals: by whom, and what they noted. It counts only since the review began to wait.
alter table reviews add column if not exists first_by uuid;
alter table reviews add column if not exists first_at timestamptz;
alter table reviews add column if not exists first_note text;

-- What they want to be told of in this tenant, and when they were last told of reviews that wait.
alter table memberships add column if not exists mails text[] not null default '{}';
alter table memberships add column if not exists reviews_told_at timestamptz;
create index if not exists memberships_told_of_reviews on memberships (reviews_told_at) where 'reviews' = any(mails);

-- Tenants that they have made within a day, and when that day began.
alter table operators add column if not exists tenants_made integer not null default 0;
alter table operators add column if not exists tenants_made_since timestamptz;
`;

/** Builds an index while rows are written. First goes what a build left behind when it was interrupted. */
const built = (name: string, what: string): readonly ((db: Database) => Promise<void>)[] => [
  (db) => db.script(`drop index concurrently if exists ${name}`, true),
  (db) => db.script(`create index concurrently ${name} on ${what}`, true),
];

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  (db) => db.script(addColumns),
  ...built('reviews_decided', 'reviews (tenant_id, action_id) where decided_at is not null'),
  // In the order of a list, which the index that it replaces is not.
  ...built('reviews_of_owner', 'reviews (tenant_id, owner_id, action_id)'),
  (db) => db.script('drop index concurrently if exists reviews_by_owner', true),
];
