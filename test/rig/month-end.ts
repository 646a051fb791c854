import type { Client } from 'pg';
import { firstIdAt } from '../../src/storage/queries/actions/months.ts';

/** Lets a month end at this time, in a database without actions: those before and after it are in two tables. */
export async function endMonthAt(database: Client, timeMs: number): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits
     where inhparent = 'actions_by_month'::regclass and inhrelid::regclass::text ~ '^actions_\\d'`,
  );
  for (const { name } of rows) await database.query(`drop table ${name}`);
  const end = firstIdAt(timeMs);
  await database.query(`
    create table actions_before partition of actions_by_month
      for values from ('00000000-0000-0000-0000-000000000001') to ('${end}');
    create table actions_after partition of actions_by_month
      for values from ('${end}') to ('ffffffff-ffff-ffff-ffff-ffffffffffff');
  `);
}

/** How many actions are on each side of the month's end. */
export async function countAroundEnd(database: Client): Promise<{ before: number; after: number }> {
  const count = async (table: string) =>
    (await database.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]?.n ?? -1;
  return { before: await count('actions_before'), after: await count('actions_after') };
}
