/**
 * Statements of Apple and Google that an app is genuine, checked here without asking anyone: App Attest by its certificates,
 * Play Integrity by the two keys that Google gives to the app's publisher (client-api 6.2).
 */
import { compactDecrypt, compactVerify, importSPKI } from 'jose';
import { digestsEqual, sha256 } from '../runtime/crypto.ts';
import { webauthnLibrary } from './webauthn-library.ts';
import type { AppExpectation, AttestationFailure, AttestationResult } from './method.ts';

const refused = (why: AttestationFailure): AttestationResult => ({ isGenuine: false, why });

/** Checks a statement by whoever made it, as far as the tenant has configured that. */
export async function checkAppStatement(
  statement: { readonly provider: string; readonly token: string; readonly keyId?: string | undefined },
  { settings, secrets, nonces, nowMs }: AppExpectation,
): Promise<AttestationResult> {
  const check = checkerOf(statement, settings, secrets, nowMs);
  if (check === undefined) return refused('unconfigured');
  let result = refused('nonce');
  for (const nonce of nonces) {
    result = await check(nonce);
    // Only for another nonce could it be different.
    if (result.isGenuine || result.why !== 'nonce') return result;
  }
  return result;
}

type Check = (nonce: string) => AttestationResult | Promise<AttestationResult>;

function checkerOf(
  { provider, token, keyId }: Parameters<typeof checkAppStatement>[0],
  settings: AppExpectation['settings'],
  secrets: AppExpectation['secrets'],
  nowMs: number,
): Check | undefined {
  if (provider === 'APP_ATTEST') {
    const { appleTeamId: teamId, appleBundleIds, appAttestTrustAnchors } = settings;
    const [bundleIds, anchors] = [textsOf(appleBundleIds), textsOf(appAttestTrustAnchors)];
    if (typeof teamId !== 'string' || bundleIds.length === 0 || anchors.length === 0) return undefined;
    const allowsDevelopment = settings['allowDevelopmentEnvironment'] === true;
    return (nonce) => checkAppAttest({ token, keyId }, { nonce, teamId, bundleIds, anchors, allowsDevelopment, nowMs });
  }
  const { androidPackageName: packageName, playIntegrityCredentials: open } = settings;
  const { decryptionKey } = secrets;
  const verificationKey = (open as Readonly<Record<string, unknown>> | undefined)?.['verificationKey'];
  if (typeof packageName !== 'string' || decryptionKey === undefined || typeof verificationKey !== 'string') {
    return undefined;
  }
  return (nonce) => checkPlayIntegrity(token, { nonce, packageName, decryptionKey, verificationKey, nowMs });
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

interface AppAttestExpectation {
  readonly nonce: string;
  readonly teamId: string;
  readonly bundleIds: readonly string[];
  /** Certificates in PEM that the statement must lead to: Apple's root. */
  readonly anchors: readonly string[];
  readonly allowsDevelopment: boolean;
  readonly nowMs: number;
}

// The extension of Apple's certificates that holds the nonce, in DER: a sequence of [1], an octet string of 32 bytes.
const nonceExtension = '1.2.840.113635.100.8.2';
const nonceHead = Buffer.from('3024a1220420', 'hex');
const production = Buffer.from('617070617474657374000000000000000000', 'hex').subarray(0, 16);
const development = Buffer.from('appattestdevelop');

/** Checks the attestation object of a new App Attest key, by Apple's steps for servers. */
async function checkAppAttest(
  statement: { readonly token: string; readonly keyId: string | undefined },
  expected: AppAttestExpectation,
): Promise<AttestationResult> {
  let read: Awaited<ReturnType<typeof readStatement>>;
  try {
    read = await readStatement(statement.token);
  } catch {
    return refused('unreadable');
  }
  const { chain, leaf, authData, parsed } = read;
  const { leadsToAnchor } = await webauthnLibrary();
  if (!leadsToAnchor(chain, expected.anchors, expected.nowMs)) return refused('chain');
  const nonce = sha256(Buffer.concat([authData, sha256(expected.nonce)]));
  if (leaf.extension(nonceExtension)?.equals(Buffer.concat([nonceHead, nonce])) !== true) return refused('nonce');
  const keyId = Buffer.from(statement.keyId ?? '', 'base64');
  const credentialId = Buffer.from(parsed.credentialID ?? []);
  if (!digestsEqual(sha256(leaf.point), keyId) || !digestsEqual(credentialId, keyId)) return refused('key');
  const appIds = expected.bundleIds.map((bundleId) => sha256(`${expected.teamId}.${bundleId}`));
  if (!appIds.some((appId) => digestsEqual(appId, Buffer.from(parsed.rpIdHash)))) return refused('app');
  if (parsed.counter !== 0) return refused('key');
  const aaguid = Buffer.from(parsed.aaguid ?? []);
  const isDevelopment = aaguid.equals(development);
  if (!aaguid.equals(production) && !(isDevelopment && expected.allowsDevelopment)) return refused('environment');
  return { isGenuine: true };
}

async function readStatement(token: string) {
  const { decodeAttestationObject, parseAuthenticatorData, readLeaf } = await webauthnLibrary();
  const object = decodeAttestationObject(new Uint8Array(Buffer.from(token, 'base64')));
  // The library types the formats that WebAuthn names.
  if (String(object.get('fmt')) !== 'apple-appattest') throw new TypeError('Another format.');
  const chain = object.get('attStmt').get('x5c');
  const authData = Buffer.from(object.get('authData'));
  const leaf = chain?.[0] === undefined ? undefined : readLeaf(Buffer.from(chain[0]));
  if (chain === undefined || leaf === undefined) throw new TypeError('No certificate.');
  return { chain, leaf, authData, parsed: parseAuthenticatorData(new Uint8Array(authData)) };
}

interface PlayIntegrityExpectation {
  readonly nonce: string;
  readonly packageName: string;
  /** AES key, base64. */
  readonly decryptionKey: string;
  /** Public key on P-256 in DER, base64. */
  readonly verificationKey: string;
  readonly nowMs: number;
}

// The nonce has its own bound; this one is for a clock.
const ageMs = 15 * 60_000;

/** Opens and checks the response of a classic Play Integrity request. */
async function checkPlayIntegrity(token: string, expected: PlayIntegrityExpectation): Promise<AttestationResult> {
  let verdict: Verdict;
  try {
    const { plaintext } = await compactDecrypt(token, Buffer.from(expected.decryptionKey, 'base64'), {
      keyManagementAlgorithms: ['A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const pem = `-----BEGIN PUBLIC KEY-----\n${expected.verificationKey}\n-----END PUBLIC KEY-----`;
    const key = await importSPKI(pem, 'ES256');
    const { payload } = await compactVerify(plaintext, key, { algorithms: ['ES256'] });
    verdict = JSON.parse(Buffer.from(payload).toString('utf8')) as Verdict;
  } catch {
    return refused('unreadable');
  }
  const { requestDetails, appIntegrity, deviceIntegrity } = verdict;
  const plain = (nonce: unknown) => String(nonce).replace(/=+$/, '');
  if (!digestsEqual(sha256(plain(requestDetails?.nonce)), sha256(plain(expected.nonce)))) return refused('nonce');
  const { packageName } = expected;
  const isApp = requestDetails?.requestPackageName === packageName && appIntegrity?.packageName === packageName;
  if (!isApp || appIntegrity.appRecognitionVerdict !== 'PLAY_RECOGNIZED') return refused('app');
  if (deviceIntegrity?.deviceRecognitionVerdict?.includes('MEETS_DEVICE_INTEGRITY') !== true) return refused('device');
  const madeAtMs = Number(requestDetails?.timestampMillis);
  return Math.abs(expected.nowMs - madeAtMs) <= ageMs ? { isGenuine: true } : refused('time');
}

interface Verdict {
  readonly requestDetails?: {
    readonly nonce?: unknown;
    readonly requestPackageName?: unknown;
    readonly timestampMillis?: unknown;
  };
  readonly appIntegrity?: { readonly packageName?: unknown; readonly appRecognitionVerdict?: unknown };
  readonly deviceIntegrity?: { readonly deviceRecognitionVerdict?: readonly string[] };
}
