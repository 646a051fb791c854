/**
 * An authenticator made of software, for ceremonies without a browser: it makes keys, counts, sets flags and signs as
 * WebAuthn §6 says, and can do each of these wrongly on request. It ignores the options that it is given: a server must
 * not rely on clients following them.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Flags of authenticator data (WebAuthn §6.1). */
const flag = {
  present: 1,
  verified: 4,
  backupEligible: 8,
  backedUp: 16,
  attested: 64,
  extensions: 128,
} as const;

export type Cbor = number | string | Buffer | readonly Cbor[] | Map<number | string, Cbor>;

type Algorithm = 'ES256' | 'RS256' | 'ES384' | 'Ed25519';

export interface KeyOptions {
  readonly algorithm?: Algorithm;
  /** 0 if the key has no counter. */
  readonly counter?: number;
  readonly isSynced?: boolean;
  readonly credentialId?: Buffer;
  readonly aaguid?: string;
}

export interface SoftwareKey {
  readonly credentialId: Buffer;
  readonly publicKey: Map<number | string, Cbor>;
  readonly privateKey: KeyObject;
  readonly isSynced: boolean;
  readonly aaguid: Buffer;
  counter: number;
  userHandle: Buffer;
}

/** How a response deviates from a correct one; each part as it is just before it is used. */
export interface Wrong {
  readonly clientData?: (data: Record<string, unknown>) => Record<string, unknown>;
  readonly clientDataBytes?: (bytes: Buffer) => Buffer;
  readonly rpId?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly authenticatorData?: (bytes: Buffer) => Buffer;
  /** Changes made after signing, so that the signature no longer fits. */
  readonly signedClientDataBytes?: (bytes: Buffer) => Buffer;
  readonly signature?: (bytes: Buffer) => Buffer;
  readonly userHandle?: string | null;
  readonly id?: string;
  readonly publicKey?: Map<number | string, Cbor>;
  readonly credentialId?: Buffer;
  readonly fmt?: string;
  readonly attestationStatement?: (toSign: Buffer, key: SoftwareKey) => Map<number | string, Cbor>;
  readonly attestationObject?: (bytes: Buffer) => Buffer;
  readonly extensions?: Buffer;
}

interface Creation {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
}
interface Request {
  readonly challenge: string;
  readonly rpId: string;
}

const es256 = { curve: 'P-256', coordinateBytes: 32, alg: -7, crv: 1, hash: 'sha256' } as const;
const es384 = { curve: 'P-384', coordinateBytes: 48, alg: -35, crv: 2, hash: 'sha384' } as const;

/** A new key of its own. */
export function softwareKey(options: KeyOptions = {}): SoftwareKey {
  const { algorithm = 'ES256', counter = 0, isSynced = true } = options;
  const { privateKey, publicKey } = makeKeys(algorithm);
  return {
    credentialId: options.credentialId ?? createHash('sha256').update(encodeCbor(publicKey)).digest(),
    publicKey,
    privateKey,
    isSynced,
    aaguid: Buffer.from((options.aaguid ?? '00000000-0000-0000-0000-000000000000').replaceAll('-', ''), 'hex'),
    counter,
    userHandle: Buffer.alloc(0),
  };
}

function makeKeys(algorithm: Algorithm) {
  if (algorithm === 'RS256') {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const cose = new Map<number, Cbor>([
      [1, 3],
      [3, -257],
      [-1, Buffer.from(n, 'base64url')],
      [-2, Buffer.from(e, 'base64url')],
    ]);
    return { privateKey, publicKey: cose as Map<number | string, Cbor> };
  }
  if (algorithm === 'Ed25519') {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    return { privateKey, publicKey: ed25519Key(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')) };
  }
  const kind = algorithm === 'ES256' ? es256 : es384;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: kind.curve });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return {
    privateKey,
    publicKey: coseKey(kind.alg, kind.crv, Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')),
  };
}

/** A COSE key on an elliptic curve (RFC 9053 §7.1.1). */
export function coseKey(alg: number, crv: number, x: Buffer, y: Buffer): Map<number | string, Cbor> {
  return new Map<number | string, Cbor>([
    [1, 2],
    [3, alg],
    [-1, crv],
    [-2, x],
    [-3, y],
  ]);
}

/** A COSE key on Ed25519 (RFC 9053 §7.2). */
export function ed25519Key(x: Buffer, alg = -8): Map<number | string, Cbor> {
  return new Map<number | string, Cbor>([
    [1, 1],
    [3, alg],
    [-1, 6],
    [-2, x],
  ]);
}

/** What `navigator.credentials.create()` gives on a page of `origin`, in its JSON form, without attestation. */
export function createCredential(key: SoftwareKey, options: Creation, origin: string, wrong: Wrong = {}) {
  key.userHandle = Buffer.from(options.user.id, 'base64url');
  const clientDataJSON = clientDataOf('webauthn.create', options.challenge, origin, wrong);
  const credentialId = wrong.credentialId ?? key.credentialId;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(credentialId.length);
  const attested = Buffer.concat([key.aaguid, length, credentialId, encodeCbor(wrong.publicKey ?? key.publicKey)]);
  const authData = authenticatorDataOf(key, wrong.rpId ?? options.rp.id, flag.attested, attested, wrong);
  const toSign = Buffer.concat([authData, createHash('sha256').update(clientDataJSON).digest()]);
  const attestationObject = encodeCbor(
    new Map<string, Cbor>([
      ['fmt', wrong.fmt ?? 'none'],
      ['attStmt', wrong.attestationStatement?.(toSign, key) ?? new Map()],
      ['authData', authData],
    ]),
  );
  const id = wrong.id ?? credentialId.toString('base64url');
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: (wrong.signedClientDataBytes?.(clientDataJSON) ?? clientDataJSON).toString('base64url'),
      attestationObject: (wrong.attestationObject?.(attestationObject) ?? attestationObject).toString('base64url'),
      transports: ['internal', 'hybrid'],
    },
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
  };
}

/** What `navigator.credentials.get()` gives on a page of `origin`, in its JSON form. The key's counter rises, if it counts. */
export function useCredential(key: SoftwareKey, options: Request, origin: string, wrong: Wrong = {}) {
  if (key.counter > 0) key.counter += 1;
  const clientDataJSON = clientDataOf('webauthn.get', options.challenge, origin, wrong);
  const authenticatorData = authenticatorDataOf(key, wrong.rpId ?? options.rpId, 0, Buffer.alloc(0), wrong);
  const toSign = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()]);
  const signature = signWith(key, toSign);
  const id = wrong.id ?? key.credentialId.toString('base64url');
  const userHandle = wrong.userHandle === undefined ? key.userHandle.toString('base64url') : wrong.userHandle;
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: (wrong.signedClientDataBytes?.(clientDataJSON) ?? clientDataJSON).toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: (wrong.signature?.(signature) ?? signature).toString('base64url'),
      ...(userHandle === null ? {} : { userHandle }),
    },
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
  };
}

/** A signature in the form of the key's algorithm; ECDSA in DER. */
function signWith({ privateKey, publicKey }: SoftwareKey, data: Buffer): Buffer {
  if (privateKey.asymmetricKeyType === 'ed25519') return sign(null, data, privateKey);
  return sign(publicKey.get(3) === es384.alg ? es384.hash : es256.hash, data, privateKey);
}

/** Self attestation: the new key signs for itself (WebAuthn §8.2). */
export function selfAttestation(toSign: Buffer, key: SoftwareKey): Map<number | string, Cbor> {
  return new Map<number | string, Cbor>([
    ['alg', Number(key.publicKey.get(3))],
    ['sig', signWith(key, toSign)],
  ]);
}

function clientDataOf(type: string, challenge: string, origin: string, wrong: Wrong): Buffer {
  const data = { type, challenge, origin, crossOrigin: false };
  const bytes = Buffer.from(JSON.stringify(wrong.clientData?.(data) ?? data));
  return wrong.clientDataBytes?.(bytes) ?? bytes;
}

function authenticatorDataOf(key: SoftwareKey, rpId: string, flags: number, attested: Buffer, wrong: Wrong): Buffer {
  const synced = key.isSynced ? flag.backupEligible | flag.backedUp : 0;
  const extended = wrong.extensions === undefined ? 0 : flag.extensions;
  const all = (wrong.flags ?? flag.present | flag.verified | synced) | flags | extended;
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(wrong.counter ?? key.counter);
  const bytes = Buffer.concat([
    createHash('sha256').update(rpId).digest(),
    Buffer.from([all]),
    counter,
    attested,
    wrong.extensions ?? Buffer.alloc(0),
  ]);
  return wrong.authenticatorData?.(bytes) ?? bytes;
}

/** The canonical CBOR that authenticators write (CTAP2 §8), as far as they need it. */
export function encodeCbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (!(value instanceof Map)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)]);
  const members = [...value].flatMap(([name, member]) => [encodeCbor(name), encodeCbor(member)]);
  return Buffer.concat([head(5, value.size), ...members]);
}

function head(kind: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(kind << 5) | argument]);
  if (argument < 0x100) return Buffer.from([(kind << 5) | 24, argument]);
  return Buffer.from([(kind << 5) | 25, argument >> 8, argument & 0xff]);
}
