import type { cose as Cose, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import { isEd25519Point, isP256Point } from '../runtime/crypto.ts';
import { webauthnLibrary } from './webauthn-library.ts';

type CosePublicKey = ReturnType<typeof decodeCredentialPublicKey>;

interface KeyAlgorithm {
  /** The number in COSE. */
  readonly id: number;
  readonly name: string;
  /** Whether a key that claims this algorithm is a valid one. */
  isKey(key: CosePublicKey, cose: typeof Cose): boolean;
}

/**
 * The signature algorithms of keys, the preferred one first. Only these are offered to browsers, registered, and
 * accepted from elsewhere: every platform has ES256 and RS256 (client-api 4.2), and some keys also have Ed25519.
 */
const keyAlgorithms: readonly KeyAlgorithm[] = [
  {
    // RFC 9053 §2.1, with the curve that WebAuthn §5.8.5 binds it to.
    id: -7,
    name: 'ES256 on P-256',
    isKey(key, cose) {
      if (!cose.isCOSEPublicKeyEC2(key) || key.get(cose.COSEKEYS.crv) !== cose.COSECRV.P256) return false;
      const [x, y] = [key.get(cose.COSEKEYS.x), key.get(cose.COSEKEYS.y)];
      return x instanceof Uint8Array && y instanceof Uint8Array && isP256Point(x, y);
    },
  },
  {
    // RFC 9053 §2.2, with the curve that WebAuthn §5.8.5 binds it to.
    id: -8,
    name: 'EdDSA on Ed25519',
    isKey(key, cose) {
      if (!cose.isCOSEPublicKeyOKP(key) || key.get(cose.COSEKEYS.crv) !== cose.COSECRV.ED25519) return false;
      const x = key.get(cose.COSEKEYS.x);
      return x instanceof Uint8Array && isEd25519Point(x);
    },
  },
  {
    // RFC 8812 §2.
    id: -257,
    name: 'RS256 with 2,048 to 8,192 bits',
    isKey(key, cose) {
      if (!cose.isCOSEPublicKeyRSA(key)) return false;
      const [n, e] = [key.get(cose.COSEKEYS.n), key.get(cose.COSEKEYS.e)];
      if (!(n instanceof Uint8Array) || !(e instanceof Uint8Array)) return false;
      // Leading zeros would make a small number look long (RFC 8230 §4); with an exponent of 1 anyone can sign.
      const [first = 0] = n;
      const hasLength = n.length === 256 ? first >= 0x80 : n.length > 256 && n.length <= 1024 && first > 0;
      return hasLength && e.length === 3 && Buffer.from(e).readUIntBE(0, 3) >= 65_537 && ((e[2] ?? 0) & 1) === 1;
    },
  },
];

/** Their numbers, in the order in which browsers are asked for them. */
export const keyAlgorithmIds: readonly number[] = keyAlgorithms.map(({ id }) => id);

/** Their names, for people. */
export const keyAlgorithmNames: readonly string[] = keyAlgorithms.map(({ name }) => name);

/**
 * Whether bytes are a COSE key of one of the algorithms that meets the requirements of that algorithm. Throws if they
 * are not CBOR.
 */
export async function isUsableKey(publicKey: Uint8Array): Promise<boolean> {
  const { cose, decodeCredentialPublicKey } = await webauthnLibrary();
  const key = decodeCredentialPublicKey(new Uint8Array(publicKey));
  const algorithm = keyAlgorithms.find(({ id }) => id === key.get(cose.COSEKEYS.alg));
  return algorithm?.isKey(key, cose) === true;
}
