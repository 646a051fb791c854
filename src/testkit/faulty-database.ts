import type { Database } from '../storage/sql.ts';

/** A database that can be told to fail. */
export interface FaultyDatabase extends Database {
  /** The error of every call from now on; undefined to let calls succeed. */
  fault: Error | undefined;
}

export function faultyDatabase(db: Database): FaultyDatabase {
  const check = () => (faulty.fault === undefined ? undefined : Promise.reject(faulty.fault));
  const faulty: FaultyDatabase = {
    fault: undefined,
    kind: db.kind,
    query: (sqlStatement, values, party) => check() ?? db.query(sqlStatement, values, party),
    script: (text) => check() ?? db.script(text),
    transaction: (work, party) => check() ?? db.transaction(work, party),
    listen: (channel, onPayload) => db.listen(channel, onPayload),
    poolStatus: () => db.poolStatus(),
    beat: (sqlStatement, values) => check() ?? db.beat(sqlStatement, values),
    wrongSettings: () => check() ?? db.wrongSettings(),
    close: () => db.close(),
  };
  return faulty;
}
