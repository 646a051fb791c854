import { Refusal } from '../../contract/errors.ts';
import { keySlot } from '../../core/authenticators/slot.ts';
import { isUsableKey, keyAlgorithmNames } from '../key-algorithms.ts';
import type { Method } from '../method.ts';
import { credentialIdBytesMax, describeKey, keyCeremonies, toldOfKey } from '../webauthn-ceremony.ts';
import { manifest } from './manifest.ts';

/** Discoverable WebAuthn credentials. */
export const passkey: Method = {
  verificationMethod: manifest.verificationMethod,
  keys: keyCeremonies({ isDiscoverable: true }),
  async readVerifiedEnrolment(request) {
    const { name, transports, aaguid } = request;
    if (request.credentialId === undefined || request.credentialPublicKey === undefined) {
      throw new Refusal('invalid_request', 'credentialId and credentialPublicKey are required for PASSKEY.');
    }
    const credentialId = decodeBase64Url(request.credentialId);
    if (credentialId === undefined || credentialId.length > credentialIdBytesMax) {
      throw new Refusal('invalid_credential', `credentialId must be 1 to ${credentialIdBytesMax} bytes in base64url.`);
    }
    const publicKey = decodeBase64Url(request.credentialPublicKey);
    if (publicKey === undefined || !(await isTakenKey(publicKey))) {
      throw new Refusal(
        'invalid_credential',
        `credentialPublicKey must be a COSE public key (RFC 9052 §7) in base64url, of ${keyAlgorithmNames.join(', or of ')}.`,
      );
    }
    const id = credentialId.toString('base64url');
    return {
      slot: keySlot(id),
      credentialId: id,
      state: {
        name: name ?? 'Passkey',
        publicKey: publicKey.toString('base64url'),
        ...toldOfKey(transports, aaguid?.toLowerCase()),
      },
      counter: request.counter ?? request.signCount ?? 0,
    };
  },
  describe: (authenticator) => describeKey(authenticator, 'Passkey'),
};

function decodeBase64Url(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 0 ? undefined : bytes;
}

/** Bytes that are not CBOR are not a key. */
async function isTakenKey(bytes: Buffer): Promise<boolean> {
  try {
    return await isUsableKey(bytes);
  } catch {
    return false;
  }
}
