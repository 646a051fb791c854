import { isEs256Signature, readP256PublicKey, sha256 } from '../runtime/crypto.ts';
import { checkAppStatement } from './app-attestation.ts';
import { isDerSignature } from './der-signature.ts';
import type { AppKey, AppKeys, AuthenticatorView, Method } from './method.ts';
import type { MethodManifest } from './manifest.ts';

// The text of a P-256 key has 124 characters and a signature at most 96; anything longer is neither.
const textLengthMax = 256;

/** A method whose authenticators are keys of an app; `namespace` is its part of the path, as apps send it. */
export function appMethod({ verificationMethod }: MethodManifest, namespace: string): Method {
  return { verificationMethod, appKeys: appKeys(namespace), describe: describeApp };
}

function appKeys(namespace: string): AppKeys {
  function read(publicKey: string): AppKey | undefined {
    const der = decodeBase64(publicKey);
    if (der === undefined || readP256PublicKey(der) === undefined) return undefined;
    // The digest has a fixed length and the namespace no colon, so that two tuples never give one id (A43).
    return { credentialId: `${namespace}:${sha256(der).toString('base64url')}`, publicKey: der.toString('base64') };
  }
  return {
    read,
    readQuery(publicKey) {
      // iOS sends base64url without padding, Android standard base64: the text has none of the letters that differ.
      const text = decodeBase64(publicKey.replaceAll('-', '+').replaceAll('_', '/'));
      return text === undefined ? undefined : read(text.toString('latin1'));
    },
    isSignature({ publicKey }, message, signature) {
      const key = readP256PublicKey(Buffer.from(publicKey, 'base64'));
      const bytes = decodeBase64(signature);
      if (key === undefined || bytes === undefined || !isDerSignature(bytes)) return false;
      return isEs256Signature(key, message, bytes);
    },
    attest: checkAppStatement,
  };
}

/** Strictly: Node's own decoder skips what does not belong. Padding may be missing. */
function decodeBase64(text: string): Buffer | undefined {
  if (text.length > textLengthMax || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : undefined;
}

const platforms: Readonly<Record<string, string>> = { ios: 'IOS', android: 'ANDROID' };

function describeApp({ state }: AuthenticatorView) {
  const { devicePlatform, erroredAt, errorCode } = state;
  const platform = typeof devicePlatform === 'string' ? platforms[devicePlatform] : undefined;
  return {
    ...(platform === undefined ? {} : { devicePlatform: platform }),
    ...(typeof erroredAt === 'string' && typeof errorCode === 'string' ? { erroredAt, errorCode } : {}),
  };
}
