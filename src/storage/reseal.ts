import { loadFingerprintsInUse, loadSealedUnder, replaceSealed } from './queries/sealed-values.ts';
import type { Seal } from './seal.ts';
import type { Database } from './sql.ts';

const pageSize = 500;

/**
 * Seals again every value that is not sealed under the first master key, and returns their number. Each value is a
 * separate write that changes nothing else, so this may run beside servers, and be stopped and run again at any time. A
 * value that changes meanwhile is read once more.
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
