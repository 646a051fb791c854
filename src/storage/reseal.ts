import { loadFingerprintsInUse, loadSealedUnder, replaceSealed } from './queries/sealed-values.ts';
import type { Seal } from './seal.ts';
import type { Database } from './sql.ts';

const pageSize = 500;

/**
 * Seals everything anew that is not sealed under the first master key, and says how many values that were. Each value is a
 * write of its own that changes nothing else, so it may run while servers do, be stopped anywhere and run again. A value
 * that changes meanwhile is looked at once more.
 * @throws {SealBroken} for a value that does not open.
 */
export async function reseal(db: Database, seal: Seal): Promise<number> {
  const [first] = seal.fingerprints;
  let resealed = 0;
  for (const fingerprint of await loadFingerprintsInUse(db)) {
    if (first === undefined || fingerprint.equals(first)) continue;
    for (;;) {
      const values = await loadSealedUnder(db, fingerprint, pageSize);
      if (values.length === 0) break;
      for (const value of values) {
        const { table, column, key, sealed } = value;
        const place = { tenantId: key[0] ?? '', table, row: key.at(-1) ?? '', column };
        if (await replaceSealed(db, value, seal.seal(seal.open(sealed, place), place))) resealed += 1;
      }
    }
  }
  return resealed;
}
