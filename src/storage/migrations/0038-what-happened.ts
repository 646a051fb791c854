/** Actions that wait for a person, whom the portal lists, and what happened for each tenant hour by hour (decision 0046). */
import { firstIdAt } from '../queries/actions/months.ts';
import { loadDatabaseNow } from '../queries/tenants.ts';
import { statement } from '../sql.ts';
import type { Database } from '../sql.ts';

export const tables = ['reviews', 'tenant_hours'];

const createTables = /* sql */ `
-- An action that entered REVIEW_REQUIRED. Actions have no index by state, which every proof would have to change.
create table if not exists reviews (
  tenant_id uuid not null,
  action_id uuid not null,
  -- the own id of the user's row
  owner_id uuid not null,
  action_code text not null,
  -- when it began to wait
  entered_at timestamptz not null,
  -- the operator who is at work on it; null for nobody
  taken_by uuid,
  taken_at timestamptz,
  -- when it left the state; null while it waits
  decided_at timestamptz,
  -- the operator who decided; null for the backend
  decided_by uuid,
  note text,
  primary key (tenant_id, action_id)
) with (fillfactor = 90);
create index if not exists reviews_waiting on reviews (tenant_id, action_id) where decided_at is null;
create index if not exists reviews_waiting_by_code on reviews (tenant_id, action_code, action_id) where decided_at is null;
create index if not exists reviews_by_owner on reviews (tenant_id, owner_id);

-- Each node tells its own whole counts.
create table if not exists tenant_hours (
  tenant_id uuid not null references tenants on delete cascade,
  node_id uuid not null,
  hour timestamptz not null,
  measure text not null,
  kind text not null,
  count bigint not null,
  primary key (tenant_id, hour, measure, kind, node_id)
) with (fillfactor = 80);
create index if not exists tenant_hours_by_hour on tenant_hours (hour);
`;

const filledMs = 31 * 24 * 60 * 60 * 1000;
const batchMax = 5_000;

const tenantsStatement = statement<{ tenantId: string }>(
  'migrate_tenants_with_reviews',
  'select tenant_id from tenants order by tenant_id',
);
const fillStatement = statement<{ scanned: number; lastId: string | null }>(
  'migrate_reviews',
  `with batch as materialized (
     select a.action_id, coalesce(a.owner_id, early_owner(a.user_id)) as owner_id, a.action_code, a.state, a.state_updated_at
     from actions_by_month a where a.tenant_id = $1 and a.action_id > $2 order by a.action_id limit ${batchMax}
   ), filled as (
     insert into reviews (tenant_id, action_id, owner_id, action_code, entered_at)
     select $1, action_id, owner_id, action_code, state_updated_at from batch where state = 'REVIEW_REQUIRED'
     on conflict do nothing
   )
   select count(*)::int as scanned, (select action_id from batch order by action_id desc limit 1) as last_id from batch`,
);

/** What waits already: of the time that the portal lists. */
async function fillReviews(db: Database): Promise<void> {
  const first = firstIdAt((await loadDatabaseNow(db)) - filledMs);
  for (const { tenantId } of await db.query(tenantsStatement, [])) {
    for (let after: string | null = first; after !== null;) {
      const [batch]: { scanned: number; lastId: string | null }[] = await db.query(fillStatement, [tenantId, after]);
      after = batch?.scanned === batchMax ? batch.lastId : null;
    }
  }
}

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  (db) => db.script(createTables),
  fillReviews,
  // What a build left behind when it was interrupted.
  (db) => db.script('drop index concurrently if exists users_by_id'),
  // The key is in the order of the database, which the list of users is not.
  (db) => db.script('create index concurrently users_by_id on users (tenant_id, user_id collate "C")', true),
];
