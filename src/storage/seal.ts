/** Secrets at rest: AES-256-GCM, bound to the place where they are stored, under one of the server's master keys. */
import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Random } from '../runtime/runtime.ts';

/**
 * Where a sealed value is stored. It is authenticated with the value, so a value moved to another row does not open.
 */
export interface Place {
  readonly tenantId: string;
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

export interface Seal {
  /**
   * The fingerprints by which sealed values name their master key, the first key's first. They reveal nothing about a
   * key.
   */
  readonly fingerprints: readonly Buffer[];
  /** Seals `secret` for `place` under the first master key. */
  seal(secret: Buffer, place: Place): Buffer;
  /**
   * Opens a value that was sealed for `place`. @throws {SealBroken} if the key is missing or a byte or the place
   * differs.
   */
  open(sealed: Buffer, place: Place): Buffer;
}

/** A sealed value does not open: its master key was not supplied, or the value was altered or moved. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const formatVersion = 1;
const fingerprintBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + fingerprintBytes + nonceBytes;

/** `masterKeys`: 32 bytes each; the first one seals, all of them open. */
export function createSeal(masterKeys: readonly Buffer[], random: Random): Seal {
  const keys = masterKeys.map((masterKey) => ({
    // A digest names the key without revealing anything about it: 256 random bits cannot be guessed from it.
    fingerprint: createHash('sha256')
      .update('sallyport master key\n')
      .update(masterKey)
      .digest()
      .subarray(0, fingerprintBytes),
    key: createSecretKey(
      Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), JSON.stringify(['sallyport', 1, 'seal']), 32)),
    ),
  }));
  const [first] = keys;
  if (first === undefined) throw new Error('At least one master key is needed.');
  return {
    fingerprints: keys.map(({ fingerprint }) => fingerprint),
    seal(secret, place) {
      const header = Buffer.concat([Buffer.of(formatVersion), first.fingerprint, random.bytes(nonceBytes)]);
      const cipher = createCipheriv('aes-256-gcm', first.key, header.subarray(1 + fingerprintBytes));
      cipher.setAAD(associatedData(header, place));
      return Buffer.concat([header, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, place) {
      const header = sealed.subarray(0, headerBytes);
      if (sealed.length < headerBytes + tagBytes || header[0] !== formatVersion)
        throw new SealBroken('Not a sealed value.');
      const fingerprint = header.subarray(1, 1 + fingerprintBytes);
      const known = keys.find((candidate) => candidate.fingerprint.equals(fingerprint));
      if (known === undefined) throw missingMasterKey(fingerprint);
      return decrypt(known.key, sealed, header, place);
    },
  };
}

/** The error for a value sealed under a master key that is not in `place`. */
export function missingMasterKey(fingerprint: Buffer, place = 'SALLYPORT_MASTER_KEY'): SealBroken {
  return new SealBroken(
    `The master key with fingerprint ${fingerprint.toString('hex')} sealed data in this database, but ${place} does not have it.`,
  );
}

function decrypt(key: KeyObject, sealed: Buffer, header: Buffer, place: Place): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, header.subarray(1 + fingerprintBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(associatedData(header, place));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(headerBytes, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    throw new SealBroken(`The sealed value in ${place.table}.${place.column} was altered or moved.`);
  }
}

// JSON separates the parts, so no two places have the same text.
function associatedData(header: Buffer, place: Place): Buffer {
  const text = JSON.stringify([place.tenantId, place.table, place.row, place.column]);
  return Buffer.concat([header.subarray(0, 1 + fingerprintBytes), Buffer.from(text)]);
}
