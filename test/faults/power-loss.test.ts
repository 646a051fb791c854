/**
 * The embedded database and loss of power. A first start and a working life are recorded as changes of a disk; power is
 * then lost between any two of them, and the program starts on what was synced by then.
 */
import fs, { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { virtualRuntime } from '../../src/runtime/virtual-runtime.ts';
import { createFirstTenant } from '../../src/storage/first-tenant.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openStorage, requireKnownMasterKey } from '../../src/storage/open-storage.ts';
import type { Storage } from '../../src/storage/open-storage.ts';
import { listTenants } from '../../src/storage/queries/tenants.ts';
import type { Database } from '../../src/storage/sql.ts';
import { tries } from '../rig/api.ts';
import { DiskAfterPowerLoss, nothingUnsynced, someUnsynced } from '../rig/disk-after-power-loss.ts';
import { recordDisk } from '../rig/disk-recorder.ts';
import type { DiskChange } from '../rig/disk-recorder.ts';
import { Journal, put, readAllTables, readWork, workOn } from './working-life.ts';

// Far more than it takes, because the machine may be busy.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 300_000 });

const random = randomFrom('loss of power');
const harsh = { name: 'nothing unsynced survives', survivors: nothingUnsynced };
const fickle = { name: 'some unsynced pages survive', survivors: someUnsynced(random) };

type MasterKeys = readonly Buffer[] | undefined;

// With a given key no file is written for it, which would sync the data directory as well.
const givenKeys: MasterKeys = [Buffer.alloc(32, 'k')];

/** Changes of a disk, and what must be found after a part of them. */
interface Recording {
  readonly changes: readonly DiskChange[];
  readonly journal: Journal;
  readonly masterKeys: MasterKeys;
}

/** One of a disk that had something before. */
interface LaterRecording extends Recording {
  readonly startedAt: number;
}

let root: string;
let life: Recording;
/** How many changes there were when the database got its name, and when the first start was done. */
let namedAt: number;
let startedAt: number;

// No real power is lost, so no real disk is waited for: a recovery alone syncs a thousand files.
beforeAll(() => {
  const spies = (['fsyncSync', 'fdatasyncSync'] as const).map((name) => vi.spyOn(fs, name).mockReturnValue());
  syncBuiltinESMExports();
  return () => {
    for (const spy of spies) spy.mockRestore();
    syncBuiltinESMExports();
  };
});

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-power-'));
  const disk = join(root, 'disk');
  mkdirSync(disk);
  const recorder = recordDisk(disk);
  try {
    const { changes } = recorder;
    const journal = new Journal(changes);
    life = { changes, journal, masterKeys: givenKeys };
    const storage = await start(disk, givenKeys);
    namedAt = changes.findIndex((change) => change.kind === 'names' && change.entry?.name === 'database');
    await migrate(storage.db);
    await journal.write({ tenant: tenantId }, () => createTenant(storage));
    startedAt = changes.length;
    await workOn(storage.db, journal);
    await storage.db.close();
    const again = await start(disk, givenKeys);
    await put(again.db, journal, 'entry', 'after a stop', 1);
    await again.db.close();
  } finally {
    recorder.stop();
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('ruling 28: a first start that loses power leaves a whole database or none', async () => {
  const before = pointsOf(life, tries(4, 40), 0, namedAt);
  const after = pointsOf(life, tries(6, 80), namedAt, startedAt);
  expect(await failuresAt([...before, ...after, startedAt], life)).toEqual([]);
});

test('ruling 28: whenever power is lost, the master key is there if anything is sealed under it', async () => {
  const { startedAt: from, ...recording } = await recordKey();
  const { length } = recording.changes;
  const points = pointsOf(recording, tries(3, 20), from, length);
  expect(await failuresAt([...points, length, length], recording)).toEqual([]);
});

// Every second point is harsh: 200 of each kind in the long run.
test('ruling 28: whenever power is lost, every acknowledged row is there, and no other is there by half', async () => {
  const points = pointsOf(life, tries(16, 400), startedAt, life.changes.length);
  expect(await failuresAt([...points, life.changes.length], life)).toEqual([]);
});

test('ruling 28: power that is lost again during the recovery loses nothing more', async () => {
  for (let time = 1; time <= tries(1, 10); time += 1) {
    const [lostAt = 0] = pointsOf(life, 1, startedAt, life.changes.length);
    const recovery = await recordRecovery(lostAt);
    const points = pointsOf(recovery, tries(4, 20), recovery.startedAt, recovery.changes.length);
    expect(await failuresAt(points, recovery)).toEqual([]);
  }
});

/** Makes the first tenant, and the key to its secrets, in a database that is there. */
async function recordKey(): Promise<LaterRecording> {
  const folder = mkdtempSync(join(root, 'key-'));
  cpSync(join(inject('embeddedDirectory'), 'database'), join(dataDirOf(folder), 'database'), { recursive: true });
  const recorder = recordDisk(folder);
  try {
    const { changes } = recorder;
    const startedAt = changes.length;
    const journal = new Journal(changes);
    const storage = await start(folder, undefined);
    await journal.write({ tenant: tenantId }, () => createTenant(storage));
    await storage.db.close();
    return { changes, journal, masterKeys: undefined, startedAt };
  } finally {
    recorder.stop();
  }
}

/** Starts after a loss of power, does a little and stops. */
async function recordRecovery(lostAt: number): Promise<LaterRecording> {
  const folder = mkdtempSync(join(root, 'recovery-'));
  const before = new DiskAfterPowerLoss();
  for (const change of life.changes.slice(0, lostAt)) before.play(change);
  before.writeTo(folder, fickle.survivors);
  takeLockFrom(folder);
  const recorder = recordDisk(folder);
  try {
    const { changes } = recorder;
    const startedAt = changes.length;
    const { db } = await start(folder, givenKeys);
    const found = await readEverything(db);
    life.journal.require(lostAt, found);
    const journal = new Journal(changes, found);
    await db.script('checkpoint');
    await put(db, journal, 'entry', 'after a recovery', 1);
    await db.close();
    return { changes, journal, masterKeys: givenKeys, startedAt };
  } finally {
    recorder.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Loses power at every one of these points, and returns what was wrong afterwards. */
async function failuresAt(points: readonly number[], recording: Recording): Promise<string[]> {
  const { changes } = recording;
  const failures: string[] = [];
  const folder = mkdtempSync(join(root, 'after-'));
  const disk = new DiskAfterPowerLoss();
  let played = 0;
  for (const [index, point] of [...points].sort((one, other) => one - other).entries()) {
    for (const change of changes.slice(played, point)) disk.play(change);
    played = point;
    const { name, survivors } = index % 2 === 0 ? harsh : fickle;
    disk.writeTo(folder, survivors);
    await startAfter(folder, point, recording).catch((error: unknown) => {
      failures.push(`after ${point} of ${changes.length} changes, when ${name}: ${String(error)}`);
    });
  }
  rmSync(folder, { recursive: true });
  return failures;
}

/** Starts the program on what is left, and throws unless it has what it must and can go on. */
async function startAfter(disk: string, point: number, { journal, masterKeys }: Recording): Promise<void> {
  if (!existsSync(join(dataDirOf(disk), 'database'))) {
    if (journal.hasAcknowledged(point)) throw new Error('There is no database.');
    // What follows is another first start, which takes long.
    return;
  }
  takeLockFrom(disk);
  const storage = await start(disk, masterKeys);
  try {
    await migrate(storage.db);
    await requireKnownMasterKey(storage.db, storage.seal);
    journal.require(point, await readEverything(storage.db));
    await createTenant(storage);
  } finally {
    await storage.db.close();
  }
}

async function readEverything(db: Database): Promise<Map<string, string>> {
  await readAllTables(db);
  const found = await readWork(db);
  for (const { tenantId: id } of await listTenants(db)) found.set('tenant', id);
  return found;
}

// Two folders deep, neither of which is there before the first start.
function dataDirOf(disk: string): string {
  return join(disk, 'var', 'sallyport');
}

/** Its holder is this process, which is still alive; one on a machine that lost power is not. */
function takeLockFrom(disk: string): void {
  rmSync(join(dataDirOf(disk), 'sallyport.lock'), { recursive: true, force: true });
}

function start(disk: string, masterKeys: MasterKeys): Promise<Storage> {
  const embedded = { databaseUrls: undefined, listenUrls: undefined, isPooled: false, databasePoolSize: 1 };
  const options = { ...embedded, dataDir: dataDirOf(disk), masterKeys };
  return openStorage(options, virtualRuntime('power'), () => undefined);
}

const tenantId = 'a1a1a1a1-0000-4000-8000-000000000001';

/** Makes rows that are sealed under the master key, if there are none yet. */
function createTenant({ db, seal }: Storage): Promise<unknown> {
  const parts = { runtime: virtualRuntime('tenant'), seal };
  return createFirstTenant(db, parts, { tenantId, secretKey: undefined, managementKey: undefined });
}

/**
 * Points between two changes. Half are anywhere; the others are beside a change of names or sizes, as when the log goes
 * on in its next segment, because nearly all changes are writes.
 */
function pointsOf({ changes }: Recording, count: number, from: number, to: number): number[] {
  const isRare = (point: number) => ['names', 'truncate'].includes(changes[point]?.kind ?? '');
  const rare = Array.from({ length: to - from }, (_, index) => from + index).filter(
    (point) => isRare(point) || isRare(point - 1),
  );
  return Array.from({ length: count }, (_, index) => {
    const anywhere = from + Math.floor(random() * (to - from));
    return index % 2 === 0 ? anywhere : (rare[Math.floor(random() * rare.length)] ?? anywhere);
  });
}

/** Numbers between 0 and 1, the same in every run. */
function randomFrom(seed: string): () => number {
  const { bytes } = virtualRuntime(seed).random;
  return () => bytes(4).readUInt32BE() / 2 ** 32;
}
