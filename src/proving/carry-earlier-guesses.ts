import type { Published } from '../storage/published.ts';
import { carryGuessBudgets, lockEarlierGuessBudgets } from '../storage/queries/earlier-guess-budgets.ts';
import type { CarriedGuessBudget, EarlierGuessBudgetRow } from '../storage/queries/earlier-guess-budgets.ts';
import type { Database } from '../storage/sql.ts';
import { guessSubjects } from './guess-subject.ts';

const rowsAtOnce = 500;

/**
 * Counts what an earlier release counted per user and method for what is guessed at: for each verified authenticator of the
 * method, else for the method. Before this node answers anybody, so that no lock is lost. A tenant whose keys this node has
 * not keeps its rows, and answers nobody here.
 */
export async function carryEarlierGuesses(db: Database, published: Published): Promise<void> {
  const tenantIds = [...published.tenants()].map(({ tenantId }) => tenantId);
  let found: number;
  do {
    found = await db.transaction(async (sql) => {
      const rows = await lockEarlierGuessBudgets(sql, tenantIds, rowsAtOnce);
      await carryGuessBudgets(
        sql,
        rows.flatMap((row) => carried(published, row)),
      );
      return rows.length;
    });
  } while (found === rowsAtOnce);
}

function carried(published: Published, row: EarlierGuessBudgetRow): readonly CarriedGuessBudget[] {
  const tenant = published.tenant(row.tenant_id);
  if (tenant === undefined) return [];
  const { owner, subjects } = guessSubjects(tenant, row.user_id, row.authenticators);
  const own = subjects.filter((subject) => subject !== owner);
  return (own.length === 0 ? [owner] : own).map((subject) => ({ row, owner, subject }));
}
