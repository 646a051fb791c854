/**
 * Actions in one table a month, found by their ids, which are ordered by time; keys of callers in a table of their own;
 * and what a user's proofs made known in a few rows, so that a proof changes no index of an action.
 *
 * The table `actions` of earlier releases becomes the first month without being rewritten. It is kept open until the end
 * of the next month, so that nodes of the release before can still write to it: what they write has no owner, which a
 * trigger and {@link earlyOwner} supply.
 */
import { firstIdAt, nextMonth, prepareMonths, tellOfValues } from '../queries/actions/months.ts';
import { adoptEarlierDepartures } from '../queries/departures.ts';
import { loadDatabaseNow } from '../queries/tenants.ts';
import { statement } from '../sql.ts';
import type { Database } from '../sql.ts';

/**
 * For what locks a table against everything else: calls queue behind one that waits for such a lock, so it waits only
 * briefly, and is tried again.
 */
const briefly = "set local lock_timeout = '200ms';";

// One table in each step: calls lock them in another order than we would.
const ownUsers = /* sql */ `${briefly}
alter table users add column if not exists own_id uuid;
`;

const ownActions = /* sql */ `${briefly}
alter table actions add column if not exists owner_id uuid;

-- The id of a user's own that is made from the user id: for users of earlier releases, whose rows have none.
create or replace function early_owner(user_id text) returns uuid immutable language sql as $$
  select substring(encode(sha256(replace(user_id, '\\', '\\\\')::bytea), 'hex') for 32)::uuid
$$;

-- Gives an action of a node of the release before its owner, and one of this release the epoch that those nodes look for.
create or replace function own_early_action() returns trigger language plpgsql as $$
begin
  if new.owner_id is null then
    new.owner_id := (select own_id from users where tenant_id = new.tenant_id and user_id = new.user_id);
  else
    new.user_epoch := current_user_epoch(new.tenant_id, new.user_id);
  end if;
  return new;
end $$;
create or replace trigger actions_owned before insert on actions for each row execute function own_early_action();
`;

export const tables = ['actions_by_month', 'actions_default', 'action_keys', 'user_marks', 'departures'];

const createTables = /* sql */ `
-- The keys that callers chose. A key that the server made is the action's id.
create table if not exists action_keys (
  tenant_id uuid not null,
  owner_id uuid not null,
  action_code text not null,
  idempotency_key text not null,
  action_id uuid not null,
  primary key (tenant_id, owner_id, action_code, idempotency_key)
);

-- What a user's past has shown that no window bounds: the latest time, and the latest of another action before it, because
-- what only the action that is being decided has shown does not count.
create table if not exists user_marks (
  tenant_id uuid not null,
  owner_id uuid not null,
  -- verified: a challenge succeeded; address, device, place: it succeeded from there; denied, failed
  kind text not null,
  -- the address, the device id, or the place as JSON; '' for the other kinds
  subject text not null,
  action_id uuid not null,
  marked_at timestamptz not null,
  earlier_action_id uuid,
  earlier_marked_at timestamptz,
  -- of the action: the language in which the user last succeeded
  locale text,
  primary key (tenant_id, owner_id, kind, subject)
);

-- Deleted users whose rows are still being removed.
create table if not exists departures (
  tenant_id uuid not null,
  owner_id uuid not null,
  -- whose the actions are from then on; null where they are deleted
  pseudonym text,
  departed_at timestamptz not null,
  -- when to look again whether anything is left
  due_at timestamptz not null,
  primary key (tenant_id, owner_id)
);
create index if not exists departures_due on departures (due_at);
`;

// A user who was created again while actions of an earlier one remained had epochs to tell them apart.
const ownCreatedAgain = /* sql */ `
-- No user id has a slash.
update users u set own_id = early_owner(u.user_id || '/' || d.epoch)
from (select tenant_id, user_id, max(user_epoch) + 1 as epoch from departed_users group by 1, 2) as d
where u.tenant_id = d.tenant_id and u.user_id = d.user_id and u.own_id is null;
update actions a set owner_id = u.own_id
from users u, (select tenant_id, user_id, max(user_epoch) + 1 as epoch from departed_users group by 1, 2) as d
where u.tenant_id = d.tenant_id and u.user_id = d.user_id and a.tenant_id = d.tenant_id and a.user_id = d.user_id
  and a.user_epoch = d.epoch and a.owner_id is distinct from u.own_id;
`;

/** The columns of each index. */
const indexes = [
  ['id', '(tenant_id, action_id)'],
  ['owner', '(tenant_id, coalesce(owner_id, early_owner(user_id)), action_id)'],
  ['code', '(tenant_id, action_code, action_id)'],
] as const;

function createIndex(name: string, how: string, table: string, [what, columns]: (typeof indexes)[number]): string {
  return `create ${what === 'id' ? 'unique ' : ''}index ${how} if not exists ${name}_${what} on ${table} ${columns}`;
}

const invalidStatement = statement<{ name: string }>(
  'migrate_invalid_indexes',
  `select i.indexrelid::regclass::text as name from pg_index i
   where i.indrelid = 'actions'::regclass and not i.indisvalid`,
);

/** An index that a build left behind when it was interrupted is never used, and in the way. */
async function dropInvalidIndexes(db: Database): Promise<void> {
  for (const { name } of await db.query(invalidStatement, [])) await db.script(`drop index concurrently ${name}`, true);
}

const boundStatement = statement<{ bound: string | null; isInUse: boolean; isAttached: boolean }>(
  'migrate_first_bound',
  `select (
     select substring(pg_get_constraintdef(oid) from '[0-9a-f-]{36}') from pg_constraint
     where conrelid = 'actions'::regclass and conname = 'actions_before_months'
   ) as bound,
   exists (select from tenants) as is_in_use,
   exists (select from pg_inherits where inhrelid = 'actions'::regclass) as is_attached`,
);

async function loadBound(db: Database) {
  const [row] = await db.query(boundStatement, []);
  if (row === undefined) throw new Error('A query without a table gives one row.');
  return row;
}

/** Sets the id at which the months begin, in a constraint that lets the table be attached without being read. */
async function bound(db: Database): Promise<void> {
  const { bound: earlier, isInUse } = await loadBound(db);
  if (earlier !== null) return;
  // Nodes of the release before may be writing to the table only if there is a tenant.
  const first = isInUse
    ? firstIdAt(nextMonth(nextMonth(await loadDatabaseNow(db))))
    : '00000000-0000-0000-0000-000000000001';
  // Ids that are not ordered by time: there are few, and nothing but short-lived tokens names them.
  await db.script(`
    update actions set action_id = (lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7' ||
      substring(replace(action_id::text, '-', '') from 14))::uuid
    where action_id >= '${first}';
    ${briefly}
    alter table actions add constraint actions_before_months check (action_id < '${first}') not valid;
  `);
}

async function attach(db: Database): Promise<void> {
  const { bound: first, isAttached } = await loadBound(db);
  if (first !== null && !isAttached) {
    await db.script(`
      ${briefly}
      drop table if exists actions_by_month;
      create table actions_by_month (like actions including defaults) partition by range (action_id);
      ${indexes.map((index) => createIndex('actions_by_month_by', '', 'actions_by_month', index)).join(';\n')};
      create table actions_default partition of actions_by_month default;
      ${tellOfValues('actions_default')};
      ${tellOfValues('actions')};
      alter table actions_by_month attach partition actions for values from (minvalue) to ('${first}');
      alter table actions drop constraint actions_before_months;
    `);
  }
  await prepareMonths(db, await loadDatabaseNow(db));
}

const preparations: readonly ((db: Database) => Promise<void>)[] = [
  (db) => db.script(ownUsers),
  (db) => db.script(ownActions),
  (db) => db.script(createTables),
  (db) => db.script(ownCreatedAgain),
  adoptEarlierDepartures,
  ...indexes.map((index) => async (db: Database) => {
    await dropInvalidIndexes(db);
    await db.script(createIndex('actions_by', 'concurrently', 'actions', index), true);
  }),
  // Building the indexes has waited for every call that had found its user without an own id.
  (db) => db.script(ownCreatedAgain),
  bound,
  async (db) => {
    const { bound: first } = await loadBound(db);
    if (first !== null) await db.script('alter table actions validate constraint actions_before_months');
  },
];

export const steps: readonly ((db: Database) => Promise<void>)[] = [
  // A table that is part of another takes no more columns, not even those that it has.
  ...preparations.map((prepare) => async (db: Database) => {
    if (!(await loadBound(db)).isAttached) await prepare(db);
  }),
  attach,
];
