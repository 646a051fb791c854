import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../runtime/runtime.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { loadFingerprintsInUse } from './queries/sealed-values.ts';
import { loadDatabaseNow } from './queries/tenants.ts';
import { SealBroken, createSeal, missingMasterKey } from './seal.ts';
import type { Seal } from './seal.ts';
import type { Database, Sql } from './sql.ts';
import { writeSynced } from './synced-files.ts';

const undefinedTable = '42P01';
const variable = 'SALLYPORT_MASTER_KEY';

export interface StorageOptions {
  /** PostgreSQL, one URL for each host, or undefined for the embedded database. */
  readonly databaseUrls: readonly string[] | undefined;
  /** Where notifications come from, if not from `databaseUrls`. */
  readonly listenUrls: readonly string[] | undefined;
  /** Whether a pooler in front swaps sessions between statements. */
  readonly isPooled: boolean;
  readonly databasePoolSize: number;
  readonly dataDir: string;
  /** Required with `databaseUrls`; otherwise read from, or created in, the data directory. */
  readonly masterKeys: readonly Buffer[] | undefined;
}

export interface Storage {
  readonly db: Database;
  readonly seal: Seal;
  /** Where the master keys come from: a variable or a file. */
  readonly masterKeyPlace: string;
  /** False if a loss of power could lose commits: the embedded database without a working fsync hook (ruling 28). */
  readonly isDurable: boolean;
}

/** Opens the database that the options name, and creates the seal for its secrets. */
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
  // Whoever has a server does not load it.
  const { openEmbeddedDatabase } = await import('./pglite-database.ts');
  const db = await openEmbeddedDatabase({ dataDir: options.dataDir, fsync: true });
  const masterKeys = options.masterKeys ?? [await readOrMakeMasterKey(db, options.dataDir, runtime)];
  const masterKeyPlace = options.masterKeys === undefined ? masterKeyFile(options.dataDir) : variable;
  return { db, seal: createSeal(masterKeys, runtime.random), masterKeyPlace, isDurable: db.isDurable };
}

/**
 * The master key beside the embedded database. It is created once, readable only by its owner, and never if the
 * database already has values sealed under another key.
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
    // Before anything is sealed under it, because without it nothing could be opened.
    writeSynced(file, `${runtime.random.bytes(32).toString('base64')}\n`);
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
 * Refuses to start if anything in the database is sealed under a master key that was not supplied. This node could not
 * open it, and other nodes could not open what this node seals. @throws {SealBroken}
 */
export async function requireKnownMasterKey(
  sql: Sql,
  { fingerprints }: Seal,
  masterKeyPlace = variable,
): Promise<void> {
  for (const inUse of await loadFingerprintsInUse(sql)) {
    if (!fingerprints.some((known) => known.equals(inUse))) throw missingMasterKey(inUse, masterKeyPlace);
  }
}

/** A clock before this date is wrong. Raised with each release. */
const releasedAtMs = Date.UTC(2026, 10, 1);
const dayMs = 24 * 60 * 60_000;
const suspectMs = 5 * 60_000;
// An NTP client that corrects a clock gradually never moves it this far in a minute.
const stepMsMin = 1_000;

/** How the database's clock compares with the process's own. */
export interface ClockState {
  /** Why nothing may be decided by this clock, in words; undefined if it can be used. */
  readonly fault: string | undefined;
  /** What an operator should check. */
  readonly warning: string | undefined;
  /** Whether the database's clock was set to another time since it was last looked at. */
  readonly hasStepped: boolean;
}

/**
 * Sets the runtime's clock to the database's, so that nodes whose clocks differ agree on what has expired. It refuses a
 * database clock that cannot be right (ruling 53): with that, codes and sessions would never expire, or all at once.
 */
export async function anchorClock(db: Database, { clock }: Runtime): Promise<ClockState> {
  const beforeMs = clock.steady();
  const databaseNowMs = await loadDatabaseNow(db);
  const roundTripMs = clock.steady() - beforeMs;
  const nowMs = databaseNowMs + roundTripMs / 2;
  const apartMs = clock.apartFrom?.(nowMs);
  if (apartMs === undefined) return { fault: undefined, warning: undefined, hasStepped: false };
  const says = `The database's clock says ${new Date(databaseNowMs).toISOString()}`;
  const refused = (why: string) => ({ fault: `${says}, ${why}`, warning: undefined, hasStepped: false });
  if (!(databaseNowMs >= releasedAtMs))
    return refused("which is before this release was made. Set the server's clock.");
  if (apartMs >= dayMs) return refused("a day or more from this machine's. Set the clock that is wrong.");
  const movedMs = clock.anchorTo(nowMs);
  const hasStepped = Math.abs(movedMs) >= stepMsMin + roundTripMs;
  const aheadMs = clock.now() - nowMs;
  const warnings = [
    hasStepped &&
      movedMs > 0 &&
      `${inSeconds(movedMs)} later than it should: codes and tokens expire that much sooner.`,
    aheadMs >= stepMsMin + roundTripMs &&
      `${inSeconds(aheadMs)} earlier than before. Nothing that has expired becomes valid again: here time stands still until that clock has caught up. If it is right now, restart this node.`,
    apartMs >= suspectMs && "five minutes or more from this machine's. Time counts by the database's.",
  ].filter((warning) => warning !== false);
  const warning = warnings.length === 0 ? undefined : `${says}, ${warnings.join(' It is ')}`;
  return { fault: undefined, warning, hasStepped };
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} seconds`;
}
