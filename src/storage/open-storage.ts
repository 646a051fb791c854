import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../runtime/runtime.ts';
import { openEmbeddedDatabase } from './pglite-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { loadFingerprintsInUse } from './queries/sealed-values.ts';
import { loadDatabaseNow } from './queries/tenants.ts';
import { SealBroken, createSeal, missingMasterKey } from './seal.ts';
import type { Seal } from './seal.ts';
import type { Database, Sql } from './sql.ts';

const undefinedTable = '42P01';
const variable = 'SALLYPORT_MASTER_KEY';

export interface StorageOptions {
  /** PostgreSQL, a URL for each host, or undefined for the embedded database. */
  readonly databaseUrls: readonly string[] | undefined;
  /** Where notifications come from, if not from there. */
  readonly listenUrls: readonly string[] | undefined;
  /** Whether a pooler is in front that swaps sessions between statements. */
  readonly isPooled: boolean;
  readonly databasePoolSize: number;
  readonly dataDir: string;
  /** Required with `databaseUrls`; else read from, or made in, the data directory. */
  readonly masterKeys: readonly Buffer[] | undefined;
}

export interface Storage {
  readonly db: Database;
  readonly seal: Seal;
  /** What holds the master keys: a variable or a file. */
  readonly masterKeyPlace: string;
  /** False where a loss of power could lose commits: the embedded database without a working fsync hook (ruling 28). */
  readonly isDurable: boolean;
}

/** Opens the database that the options name, and the seal over its secrets. */
export async function openStorage(
  options: StorageOptions,
  runtime: Runtime,
  onError: (error: Error) => void,
): Promise<Storage> {
  if (options.databaseUrls !== undefined) {
    if (options.masterKeys === undefined) throw new Error('SALLYPORT_MASTER_KEY is required with DATABASE_URL.');
    const db = openPostgresDatabase({
      url: options.databaseUrls,
      listenUrls: options.listenUrls,
      isPooled: options.isPooled,
      poolSize: options.databasePoolSize,
      random: () => runtime.random.bytes(4).readUInt32BE() / 0x1_0000_0000,
      onError,
    });
    return { db, seal: createSeal(options.masterKeys, runtime.random), masterKeyPlace: variable, isDurable: true };
  }
  const db = await openEmbeddedDatabase({ dataDir: options.dataDir, fsync: true });
  const masterKeys = options.masterKeys ?? [await readOrMakeMasterKey(db, options.dataDir, runtime)];
  const masterKeyPlace = options.masterKeys === undefined ? masterKeyFile(options.dataDir) : variable;
  return { db, seal: createSeal(masterKeys, runtime.random), masterKeyPlace, isDurable: db.isDurable };
}

/**
 * The master key beside the embedded database; made once, readable by the owner alone, and never where there is anything
 * that another has sealed.
 */
async function readOrMakeMasterKey(db: Database, dataDir: string, runtime: Runtime): Promise<Buffer> {
  const file = masterKeyFile(dataDir);
  if (!existsSync(file)) {
    if (await holdsSealedValues(db)) {
      await db.close();
      throw new SealBroken(
        `${file} is gone: it has the key that the secrets in this database are sealed under. Put it back, or give the key in SALLYPORT_MASTER_KEY.`,
      );
    }
    writeFileSync(file, `${runtime.random.bytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== 32) throw new SealBroken(`${file} does not hold a master key of 32 bytes in base64.`);
  return key;
}

function masterKeyFile(dataDir: string): string {
  return join(dataDir, 'master.key');
}

async function holdsSealedValues(db: Database): Promise<boolean> {
  try {
    return (await loadFingerprintsInUse(db)).length > 0;
  } catch (error) {
    // Before the first migration.
    if (error instanceof Error && 'code' in error && error.code === undefinedTable) return false;
    throw error;
  }
}

/**
 * Refuses to go on if anything in the database is sealed under a master key that was not given: it would not open, and
 * what would be sealed now, other nodes could not open. @throws {SealBroken}
 */
export async function checkSeal(sql: Sql, { fingerprints }: Seal, masterKeyPlace = variable): Promise<void> {
  for (const inUse of await loadFingerprintsInUse(sql)) {
    if (!fingerprints.some((known) => known.equals(inUse))) throw missingMasterKey(inUse, masterKeyPlace);
  }
}

/** A clock before this is wrong. Raised with each release. */
const releasedAtMs = Date.UTC(2026, 10, 1);
const dayMs = 24 * 60 * 60_000;
const suspectMs = 5 * 60_000;

/** How the database's clock stands to the process's own. */
export interface ClockState {
  /** Why nothing may be decided by it, in words; undefined where it may. */
  readonly fault: string | undefined;
  /** What an operator should look at. */
  readonly warning: string | undefined;
}

/**
 * Sets the runtime's clock to the database's, so that nodes whose clocks differ agree on what has expired. Not to one that
 * cannot be right (ruling 53): with it, codes and sessions would never expire, or all at once.
 */
export async function anchorClock(db: Database, { clock }: Runtime): Promise<ClockState> {
  const beforeMs = clock.now();
  const databaseNowMs = await loadDatabaseNow(db);
  const roundTripMs = clock.now() - beforeMs;
  const nowMs = databaseNowMs + roundTripMs / 2;
  const apartMs = clock.apartFrom?.(nowMs);
  if (apartMs === undefined) return { fault: undefined, warning: undefined };
  const says = `The database's clock says ${new Date(databaseNowMs).toISOString()}`;
  if (!(databaseNowMs >= releasedAtMs)) {
    return { fault: `${says}, which is before this release was made. Set the server's clock.`, warning: undefined };
  }
  if (apartMs >= dayMs) {
    return { fault: `${says}, a day or more from this machine's. Set the clock that is wrong.`, warning: undefined };
  }
  clock.anchorTo(nowMs);
  const warning = `${says}, five minutes or more from this machine's. Time counts by the database's.`;
  return { fault: undefined, warning: apartMs >= suspectMs ? warning : undefined };
}
