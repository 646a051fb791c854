import { generateKeyPairSync } from 'node:crypto';

/** A fresh P-256 public key in the form authenticators use: a COSE_Key of type EC2 (RFC 9053 §7.1.1), in base64url. */
export function coseKey(): string {
  const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const coordinate = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  return Buffer.concat([
    // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
    Buffer.from('a5010203262001215820', 'hex'),
    coordinate(x),
    Buffer.from('225820', 'hex'),
    coordinate(y),
  ]).toString('base64url');
}
