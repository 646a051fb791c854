/**
 * The few cryptographic operations that rooms without `node:` need, on `node:crypto` alone. Keys are always `KeyObject`s:
 * raw key bytes cost six times as much on Node 24, and a KeyObject does not print itself into a log.
 */
import {
  X509Certificate,
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  hash,
  hkdfSync,
  scrypt,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { KeyObject, ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import type { NewKeyPair, SlowHash } from './runtime.ts';
import { openTurns } from './turns.ts';

/** A secret key held by the process; never serialised. */
export type SecretKey = KeyObject;

/** An RSA key pair held by the process. */
export interface RsaKeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** SHA-256 of `data`, 32 bytes. */
export function sha256(data: string | Buffer): Buffer {
  return hash('sha256', data, 'buffer');
}

/** HMAC-SHA-256 of `data` under `key`, 32 bytes. */
export function hmacSha256(key: SecretKey, data: string | Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

export type HmacAlgorithm = 'SHA1' | 'SHA256' | 'SHA512';

/** HMAC under a stored secret that is not a key of the server: what authenticator apps compute (RFC 4226 §5.3). */
export function hmac(algorithm: HmacAlgorithm, secret: Buffer, data: Buffer): Buffer {
  return createHmac(algorithm.toLowerCase(), secret).update(data).digest();
}

/** Whether two digests are equal, in time that does not depend on where they differ. Different lengths are unequal. */
export function digestsEqual(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Wraps 32 random bytes as a key. */
export function secretKey(bytes: Buffer): SecretKey {
  return createSecretKey(bytes);
}

/**
 * A key for one purpose and one tenant, derived by HKDF-SHA-256 (RFC 5869 §2). No key ever serves two purposes:
 * the purpose and the tenant stand in `info`.
 */
export function deriveKey(root: SecretKey, purpose: string, tenantId: string): SecretKey {
  const info = JSON.stringify(['sallyport', 1, purpose, tenantId]);
  return createSecretKey(Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), info, 32)));
}

const generateKeyPairAsync = promisify(generateKeyPair);

/** Makes a key pair for {@link Keys.rsa}, which callers use. */
export async function generateRsaKeyPair(): Promise<NewKeyPair> {
  const { privateKey } = await generateKeyPairAsync('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }),
    publicJwk: createPublicKey(privateKey).export({ format: 'jwk' }),
  };
}

/** The key pair of a private key in PKCS #8, as {@link generateRsaKeyPair} gives it. */
export function rsaKeyPair(pkcs8: Buffer): RsaKeyPair {
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** Whether two coordinates, 32 bytes each, are a point of the curve P-256. Anything else is not a key. */
export function isP256Point(x: Uint8Array, y: Uint8Array): boolean {
  if (x.length !== 32 || y.length !== 32) return false;
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: Buffer.from(x).toString('base64url'),
    y: Buffer.from(y).toString('base64url'),
  };
  try {
    createPublicKey({ key: jwk, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

// A head of 27 bytes and both coordinates; a key with one of them is shorter.
const p256PublicKeyBytes = 91;

/**
 * A public key on P-256 as SubjectPublicKeyInfo in DER (RFC 5480 §2), if the bytes are one in its usual form, with the
 * curve by name and the whole point, and nothing else. So one key has one spelling. Undefined if not.
 */
export function readP256PublicKey(der: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const isOfCurve = key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isOfCurve && der.length === p256PublicKeyBytes && key.export({ format: 'der', type: 'spki' }).equals(der)
      ? key
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether `signature` is the ECDSA signature in DER, with SHA-256 (RFC 9053 §2.1), of `data` under the key. */
export function isEs256Signature(publicKey: KeyObject, data: string, signature: Buffer): boolean {
  return verify('sha256', Buffer.from(data), { key: publicKey, dsaEncoding: 'der' }, signature);
}

// RFC 8032 §5.1: x² = (y² - 1) / (dy² + 1) modulo p.
const edPrime = 2n ** 255n - 19n;
const edD = modulo(-121_665n * inverse(121_666n));

/**
 * Whether 32 bytes are a point of the curve Ed25519 (RFC 8032 §5.1.3) that is safe as a key: for a point of small order,
 * anyone can sign. The library and OpenSSL accept such points.
 */
export function isEd25519Point(encoded: Uint8Array): boolean {
  if (encoded.length !== 32) return false;
  const bytes = Buffer.from(encoded).reverse();
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  let y = BigInt(`0x${bytes.toString('hex')}`);
  if (y >= edPrime) return false;
  let xx = modulo((y * y - 1n) * inverse(edD * y * y + 1n));
  if (xx !== 0n && power(xx, (edPrime - 1n) / 2n) !== 1n) return false;
  // Eight times itself, in x² and y: the doubling of §5.1.4, the same for both signs of x.
  for (let doubling = 0; doubling < 3; doubling += 1) {
    const [sum, difference] = [y * y + xx, y * y - xx];
    const doubled = modulo(sum * inverse(2n - difference));
    xx = modulo(4n * xx * y * y * inverse(difference * difference));
    y = doubled;
  }
  return xx !== 0n || y !== 1n;
}

function modulo(value: bigint): bigint {
  const rest = value % edPrime;
  return rest < 0n ? rest + edPrime : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, left] = [modulo(base), exponent]; left > 0n; left >>= 1n, square = modulo(square * square)) {
    if ((left & 1n) === 1n) result = modulo(result * square);
  }
  return result;
}

/** By Fermat's little theorem; the inverse of 0 is 0. */
function inverse(value: bigint): bigint {
  return power(value, edPrime - 2n);
}

const signAsync = promisify(sign);

/** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3): the same bytes for the same data. A millisecond, off the event loop. */
export async function signRs256({ privateKey }: RsaKeyPair, data: string): Promise<Buffer> {
  return signAsync('sha256', Buffer.from(data), { key: privateKey, padding: constants.RSA_PKCS1_PADDING });
}

/** Whether `signature` is the RS256 signature of `data` under the key. */
export function isRs256Signature({ publicKey }: RsaKeyPair, data: string, signature: Buffer): boolean {
  return verify('sha256', Buffer.from(data), { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
}

/** Makes slow hashes by scrypt (RFC 7914) that take turns. */
export function openSlowHashes(cost: ScryptOptions, places: { placesMax: number; waitingMax: number }): SlowHash {
  const turns = openTurns(places);
  return (secret, salt, owner) =>
    turns.run(
      owner,
      () =>
        new Promise<Buffer>((resolve, reject) => {
          scrypt(secret, salt, 32, cost, (error, hash) => (error === null ? resolve(hash) : reject(error)));
        }),
    );
}

/**
 * Half a second of work waits, and of very many owners one piece each beside it, at most as much again; further requests are asked
 * to retry instead of making everyone wait (I9).
 */
export const codeHashPlaces = { placesMax: 2, waitingMax: 100 };
/** Places of their own: whoever floods the sign-in of operators does not make users wait for their recovery codes. */
export const passwordHashPlaces = { placesMax: 1, waitingMax: 20 };

/** Of a process. 80-bit codes need only a small work factor (NIST SP 800-63B-4 §3.1.2.2): 4 MiB, about 9 ms a code. */
export const slowHash = openSlowHashes({ N: 4096, r: 8, p: 1 }, codeHashPlaces);

/**
 * Of a process. People choose passwords, so each guess at a stolen hash has to cost more (OWASP Password Storage): 16 MiB, a
 * fifth of a second.
 */
export const passwordHash = openSlowHashes({ N: 16_384, r: 8, p: 5 }, passwordHashPlaces);

/** Whether an ECDSA signature over SHA-256 is of a public key, given as base64 of its SPKI (RFC 5480). */
export function isSignedBy(publicKey: string, data: string, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ec' && verify('sha256', Buffer.from(data), key, signature);
  } catch {
    return false;
  }
}

/** Whether an RSA signature (RFC 8017 §8.2) is of the key of a certificate in PEM that is valid at a time. */
export function isSignedByCertificate(
  pem: string,
  {
    algorithm,
    data,
    signature,
    nowMs,
  }: { algorithm: 'SHA1' | 'SHA256'; data: string; signature: Buffer; nowMs: number },
): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const isValid = Date.parse(certificate.validFrom) <= nowMs && nowMs <= Date.parse(certificate.validTo);
    return isValid && verify(algorithm.toLowerCase(), Buffer.from(data), certificate.publicKey, signature);
  } catch {
    return false;
  }
}
