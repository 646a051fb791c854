import type { Published } from '../storage/published.ts';
import { carryGuessBudgets, lockEarlierGuessBudgets } from '../storage/queries/earlier-guess-budgets.ts';
import type { CarriedGuessBudget, EarlierGuessBudgetRow } from '../storage/queries/earlier-guess-budgets.ts';
import type { Database } from '../storage/sql.ts';
import { guessSubjects } from './guess-subject.ts';

const rowsAtOnce = 500;

/**
 * Moves the counts of an earlier release, which were per user and method, to what is guessed at: each verified
 * authenticator of the method, otherwise the method. Call it before this node serves requests, so that no lock is lost.
 * A tenant whose keys this node lacks keeps its rows, and is not served here.
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
  const tenant = published.tenant(row.tenantId);
  if (tenant === undefined) return [];
  const { owner, subjects } = guessSubjects(tenant, row.userId, row.authenticators);
  const own = subjects.filter((subject) => subject !== owner);
  return (own.length === 0 ? [owner] : own).map((subject) => ({ row, owner, subject }));
}
