import { hmac } from '../../runtime/crypto.ts';
import type { HmacAlgorithm } from '../../runtime/crypto.ts';

/** The code for a counter (RFC 4226 §5.3). The counter is a time step (RFC 6238 §4.2). */
export function codeOf(secret: Buffer, counter: number, digits: number, algorithm: HmacAlgorithm): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = hmac(algorithm, secret, message);
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits).padStart(digits, '0');
}
