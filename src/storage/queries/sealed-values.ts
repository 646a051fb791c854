/** Every column with a sealed value, to find out which master keys are in use and to move to a new one. */
import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The primary key, tenant first. Its last column names the row that the value is sealed for. */
  readonly key: readonly [string, ...string[]];
}

export const sealedColumns: readonly SealedColumn[] = [
  { table: 'tenants', column: 'root_key_sealed', key: ['tenant_id'] },
  { table: 'api_keys', column: 'key_sealed', key: ['tenant_id', 'key_id'] },
  { table: 'session_signing_keys', column: 'private_key_sealed', key: ['tenant_id', 'key_id'] },
  { table: 'authenticator_configurations', column: 'secrets_sealed', key: ['tenant_id', 'authenticator_id'] },
  { table: 'authenticators', column: 'secret_sealed', key: ['tenant_id', 'user_id', 'authenticator_id'] },
  { table: 'operator_passwords', column: 'hash_sealed', key: ['tenant_id', 'operator_id'] },
];

const columns = sealedColumns.map((sealed) => {
  const { table, column, key } = sealed;
  // Bytes 2 to 9 name the master key; see seal.ts.
  const fingerprint = `substring(${column} from 2 for 8)`;
  return {
    sealed,
    nextFingerprint: statement<{ fingerprint: Buffer }>(
      `load_fingerprint_${table}`,
      `select ${fingerprint} as fingerprint from ${table}
       where ${column} is not null and ${fingerprint} > $1 order by 1 limit 1`,
    ),
    page: statement<{ key: readonly string[]; sealed: Buffer }>(
      `load_sealed_${table}`,
      `select array[${key.map((name) => `${name}::text`).join(', ')}] as key, ${column} as sealed from ${table}
       where ${column} is not null and ${fingerprint} = $1 limit $2`,
    ),
    replace: statement<{ tenantId: string }>(
      `replace_sealed_${table}`,
      `update ${table} set ${column} = $1 where ${column} = $2
         and ${key.map((name, index) => `${name} = $${index + 3}`).join(' and ')}
       returning tenant_id`,
    ),
  };
});

/** The fingerprints of all master keys under which something in the database is sealed, each once. */
export async function loadFingerprintsInUse(sql: Sql): Promise<readonly Buffer[]> {
  const found = new Map<string, Buffer>();
  for (const { nextFingerprint } of columns) {
    // Steps from one distinct value to the next through the index, if there is one, however many rows have each value.
    let last = Buffer.alloc(0);
    for (;;) {
      const [row] = await sql.query(nextFingerprint, [last]);
      if (row === undefined) break;
      last = Buffer.from(row.fingerprint);
      found.set(last.toString('hex'), last);
    }
  }
  return [...found.values()];
}

export interface SealedValue {
  readonly table: string;
  readonly column: string;
  readonly key: readonly string[];
  readonly sealed: Buffer;
}

/** Up to `max` values of each column that are sealed under a master key. */
export async function loadSealedUnder(sql: Sql, fingerprint: Buffer, max: number): Promise<readonly SealedValue[]> {
  const values: SealedValue[] = [];
  for (const { sealed, page } of columns) {
    const rows = await sql.query(page, [fingerprint, max]);
    for (const row of rows) values.push({ table: sealed.table, column: sealed.column, ...row });
  }
  return values;
}

/** Replaces a sealed value with a newly sealed one. False if the row was changed meanwhile. */
export async function replaceSealed(sql: Sql, value: SealedValue, resealed: Buffer): Promise<boolean> {
  const statements = columns.find(({ sealed }) => sealed.table === value.table);
  if (statements === undefined) throw new Error(`${value.table} holds no sealed column.`);
  const rows = await sql.query(statements.replace, [resealed, value.sealed, ...value.key]);
  return rows.length === 1;
}
